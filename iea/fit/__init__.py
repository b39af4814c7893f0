"""The program that turns one picture into another, found by rendering and comparing."""

from iea.fit._fit import Fit, fit

__all__ = ["Fit", "fit"]
