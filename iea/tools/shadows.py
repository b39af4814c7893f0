"""Shadows: the dark tones above black, lifted or deepened; black and white stay.

x becomes x (1 + s (1 - x)^3), which is monotone for -1 <= s <= 4.
"""

import numpy as np

from iea.tools._declare import Param, Pixels, Target, Tool
from iea.tools._tone import reference_of


def _curve(x: Pixels, amount: float) -> tuple[Pixels, Pixels]:
    strength = amount / 100 * (2.5 if amount > 0 else 1.0)
    rest = 1 - x
    return 1 + strength * rest * rest * rest, np.zeros_like(x)


TOOL = Tool(
    name="shadows",
    stage="light",
    order=40,
    purpose="Lifts the dark tones so that they show detail, or deepens them; black stays black.",
    params=(Param("amount", "", -100, 100, 0, "deeper dark areas", "detail in dark areas"),),
    words=("shadows", "shadow", "dark parts", "dark areas", "darks", "dark bits"),
    target=Target("shadows", 6),
    curve=_curve,
    reference=reference_of(_curve),
)
