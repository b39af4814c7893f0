"""Whites: where the lightest tones end, moved up or down, with a shoulder instead of clipping.

x becomes x (1 + s x^2); for s > 0 a shoulder above 0.8 leads 1 + s back to 1. Monotone for
s >= -1/3.
"""

import numpy as np

from iea.tools._declare import Param, Pixels, Target, Tool
from iea.tools._pixel import TINY, shoulder
from iea.tools._tone import reference_of

KNEE = 0.8


def _curve(x: Pixels, amount: float) -> tuple[Pixels, Pixels]:
    strength = 0.3 * amount / 100
    gain = 1 + strength * x * x
    rolled = shoulder(x * gain, KNEE, 1 + strength) / np.maximum(x, TINY)
    return np.where(x * gain > KNEE, rolled, gain), np.zeros_like(x)


TOOL = Tool(
    name="whites",
    stage="light",
    order=50,
    purpose="Moves the lightest tones toward white or away from it.",
    params=(Param("amount", "", -100, 100, 0, "duller whites", "cleaner, brighter whites"),),
    words=("whites", "white point", "white", "white level", "white tones"),
    target=Target("highlights", 5),
    curve=_curve,
    reference=reference_of(_curve),
)
