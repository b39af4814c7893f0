"""Blacks: where the darkest tones begin.

Below 0 x becomes x (1 - s (1 - x)^6): dark tones sink to black. Above 0 every channel gains
0.15 s (1 - x)^6: black lifts to grey without a tint. Monotone for 0 <= s <= 1 both ways.
"""

from iea.tools._declare import Param, Pixels, Target, Tool, Words
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
    words=Words(
        names=(
            "blacks",
            "black point",
            "black level",
            "black tones",
            "darkest tones",
        ),
        plus=(
            "lifted blacks",
            "softer blacks",
            "milkier blacks",
            "lighter blacks",
            "faded blacks",
            "raised blacks",
        ),
        minus=(
            "deeper blacks",
            "blacker",
            "inky",
            "richer blacks",
            "inky blacks",
            "darker blacks",
            "deep blacks",
            "true black",
            "true blacks",
            "pure black",
            "solid blacks",
            "black blacks",
            "stronger blacks",
            "blacker blacks",
            "rich blacks",
            "real black",
        ),
        lacks=(
            "crushed",
            "blocked up",
            "crushed blacks",
            "plugged up",
            "clogged",
        ),
        excess=(
            "milky blacks",
            "grey blacks",
            "gray blacks",
            "blacks look grey",
            "blacks look gray",
            "blacks are grey",
            "blacks are gray",
            "washed out blacks",
            "weak blacks",
            "blacks are washed out",
            "black looks grey",
            "black looks gray",
        ),
    ),
    target=Target("shadows", 3),
    curve=_curve,
    reference=reference_of(_curve),
)
