"""Sepia: the picture in tones of one colour, warm brown unless another hue is asked for.

A pixel of luma y goes amount / 100 of the way to that grey with the chroma y (1 - y) of the hue:
the luma stays, black stays black, white white, and no channel leaves 0..1.
"""

import numpy as np

from iea.tools._chroma import toward
from iea.tools._declare import (
    Constants,
    Frame,
    Maps,
    Param,
    Pixels,
    Planes,
    Target,
    Tool,
    kernel,
)
from iea.tools._pixel import luma, reference_luma, unit

_ONE = np.float32(1)


def _prepare(amount: float, hue: float) -> tuple[float, ...]:
    return amount / 100, *toward(hue, amount / 100)


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    share, red, green, blue = constants[0], constants[1], constants[2], constants[3]
    rest = _ONE - share
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            grey = luma(r[x], g[x], b[x])
            tone = unit(grey)
            chroma = tone * (_ONE - tone)
            grey *= share
            r[x] = grey + chroma * red + r[x] * rest
            g[x] = grey + chroma * green + g[x] * rest
            b[x] = grey + chroma * blue + b[x] * rest


def _reference(rgb: Pixels, amount: float, hue: float) -> Pixels:
    share, *tint = _prepare(amount, hue)
    grey = reference_luma(rgb)
    tone = np.clip(grey, 0, 1)
    return share * grey + tone * (1 - tone) * np.array(tint) + (1 - share) * rgb


TOOL = Tool(
    name="sepia",
    stage="colour",
    order=55,
    purpose="Tones the picture in one colour, the warm brown of old prints by default.",
    params=(
        Param("amount", "%", 0, 100, 0, "its own colours", "sepia"),
        Param("hue", "°", 0, 360, 32, "toward red", "toward yellow and green"),
    ),
    words=("sepia", "toning", "old photo"),
    target=Target("", 70),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
