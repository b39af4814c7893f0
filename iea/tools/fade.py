"""Fade: an old print's look: blacks turn grey and contrast sinks, whites nearly stay.

x becomes x + 0.3 s (1 - x)^2 - 0.04 s x, s = amount / 100. Monotone, as
1 - 0.6 s (1 - x) - 0.04 s > 0.
"""

import numpy as np

from iea.tools._declare import Param, Pixels, Target, Tool
from iea.tools._tone import reference_of


def _curve(x: Pixels, amount: float) -> tuple[Pixels, Pixels]:
    strength = amount / 100
    return np.full_like(x, 1 - 0.04 * strength), 0.3 * strength * (1 - x) * (1 - x)


TOOL = Tool(
    name="fade",
    stage="light",
    order=70,
    purpose="Gives the matte, pale look of an old print.",
    params=(Param("amount", "", 0, 100, 0, "none", "paler, matte"),),
    words=("fade", "matte", "matte look", "fading", "matt"),
    target=Target("shadows", 8),
    curve=_curve,
    reference=reference_of(_curve),
)
