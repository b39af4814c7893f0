"""Fade: an old print's look: blacks turn grey and contrast sinks, whites nearly stay.

x becomes x + 0.3 s (1 - x)^2 - 0.04 s x, s = amount / 100, on every channel. Monotone, as
1 - 0.6 s (1 - x) - 0.04 s > 0.
"""

import numpy as np

from iea.tools._declare import Constants, Frame, Param, Pixels, Planes, Target, Tool, Words, kernel
from iea.tools._pixel import unit

_ONE = np.float32(1)


def _prepare(amount: float) -> tuple[float, ...]:
    return 0.3 * amount / 100, 0.04 * amount / 100


@kernel
def _kernel(planes: Planes, scratch: Planes, frame: Frame, constants: Constants) -> None:
    lift, loss = constants[0], constants[1]
    for plane in range(3):
        for y in range(planes.shape[1]):
            v = planes[plane, y]
            for x in range(v.size):
                rest = _ONE - unit(v[x])
                v[x] += lift * rest * rest - loss * v[x]


def _reference(rgb: Pixels, amount: float) -> Pixels:
    lift, loss = _prepare(amount)
    return rgb + lift * (1 - np.clip(rgb, 0, 1)) ** 2 - loss * rgb


TOOL = Tool(
    name="fade",
    stage="light",
    order=70,
    purpose="Gives the matte, pale look of an old print.",
    params=(Param("amount", "", 0, 100, 0, "none", "paler, matte"),),
    words=Words(
        names=(
            "fade",
            "matte",
            "matte look",
            "fading",
            "matt",
        ),
        plus=(
            "faded",
            "fade",
            "matte",
            "washed",
            "old print",
            "bleached film",
            "matte finish",
            "matt finish",
            "instagrammy",
            "lomo",
            "faded look",
            "fade out",
            "fade colours",
        ),
        minus=(
            "less faded",
            "less matte",
            "unfade",
        ),
        excess=(
            "faded",
            "matte",
        ),
    ),
    target=Target("shadows", 8),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
