"""Blacks: where the darkest tones begin.

Below 0 x becomes x (1 - s (1 - x)^6): dark tones sink to black. Above 0 every channel gains
0.15 s (1 - x)^6: black lifts to grey without a tint. Monotone for 0 <= s <= 1 both ways.
"""

from iea.tools._declare import Param, Pixels, Target, Tool
from iea.tools._tone import reference_of


def _curve(x: Pixels, amount: float) -> tuple[Pixels, Pixels]:
    rest = 1 - x
    weight = rest * rest * rest * rest * rest * rest
    return 1 + min(amount, 0) / 100 * weight, 0.15 * max(amount, 0) / 100 * weight


TOOL = Tool(
    name="blacks",
    stage="light",
    order=60,
    purpose="Deepens the darkest tones to black, or lifts them to grey.",
    params=(Param("amount", "", -100, 100, 0, "deeper blacks", "lifted, matte blacks"),),
    words=("blacks", "black point", "black level", "black tones", "darkest tones"),
    target=Target("shadows", 3),
    curve=_curve,
    reference=reference_of(_curve),
)
