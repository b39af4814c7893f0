"""Blacks: where the darkest tones begin.

Below 0 the largest channel m becomes m (1 - s (1 - m)^6), the others in proportion: dark tones sink
to black. Above 0 every channel gains 0.15 s (1 - m)^6: black lifts to grey without a tint. Monotone
for 0 <= s <= 1 both ways.
"""

import numpy as np

from iea.tools._declare import Constants, Frame, Param, Pixels, Planes, Target, Tool, Words, kernel
from iea.tools._pixel import reference_peak, unit

_ONE = np.float32(1)


def _prepare(amount: float) -> tuple[float, ...]:
    return min(amount, 0) / 100, 0.15 * max(amount, 0) / 100


@kernel
def _kernel(planes: Planes, scratch: Planes, frame: Frame, constants: Constants) -> None:
    sink, lift = constants[0], constants[1]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            rest = _ONE - unit(max(max(r[x], g[x]), b[x]))
            cubed = rest * rest * rest
            weight = cubed * cubed
            ratio = _ONE + sink * weight
            offset = lift * weight
            r[x] = r[x] * ratio + offset
            g[x] = g[x] * ratio + offset
            b[x] = b[x] * ratio + offset


def _reference(rgb: Pixels, amount: float) -> Pixels:
    sink, lift = _prepare(amount)
    weight = (1 - np.clip(reference_peak(rgb), 0, 1)) ** 6
    return rgb * (1 + sink * weight) + lift * weight


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
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
