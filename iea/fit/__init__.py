"""The program that turns one picture into another, found by rendering and comparing."""

from iea.fit._align import align
from iea.fit._fit import Fit, fit, reasons
from iea.fit._match import match_looks

__all__ = ["Fit", "align", "fit", "match_looks", "reasons"]
