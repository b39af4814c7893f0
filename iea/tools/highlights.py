"""Highlights: the light tones below white, recovered or raised; black and white stay.

x becomes x (1 + s x^2 (1 - x)), which is monotone for -4 <= s <= 1. Recovery stops at -1.5: beyond
it the slope at white, 1 - s, makes the steps of an 8-bit JPEG show in pale skies.
"""

import numpy as np

from iea.tools._declare import Param, Pixels, Target, Tool
from iea.tools._tone import reference_of


def _curve(x: Pixels, amount: float) -> tuple[Pixels, Pixels]:
    strength = amount / 100 * (1.0 if amount > 0 else 1.5)
    return 1 + strength * x * x * (1 - x), np.zeros_like(x)


TOOL = Tool(
    name="highlights",
    stage="light",
    order=30,
    purpose="Recovers detail in the light tones, or raises them; white stays white.",
    params=(Param("amount", "", -100, 100, 0, "detail in bright areas", "airier bright areas"),),
    words=("highlights", "highlight", "bright parts", "bright areas", "light parts", "light areas"),
    target=Target("highlights", 6),
    curve=_curve,
    reference=reference_of(_curve),
)
