"""Black and white: colours led to a grey, by amount / 100 of the way.

The grey is the luma unless red, green or blue are to weigh more or less: each weight is luma's
times 2^(2.5 value / 100), and all are divided by their sum, so that greys stay, white among them.
"""

import numpy as np

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
from iea.tools._pixel import LUMA

_ONE = np.float32(1)


def _prepare(amount: float, red: float, green: float, blue: float) -> tuple[float, ...]:
    mixed = [
        weight * 2.0 ** (2.5 * value / 100)
        for weight, value in zip(LUMA, (red, green, blue), strict=True)
    ]
    return amount / 100, *(weight / sum(mixed) for weight in mixed)


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    share, red, green, blue = constants[0], constants[1], constants[2], constants[3]
    rest = _ONE - share
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            grey = share * (red * r[x] + green * g[x] + blue * b[x])
            r[x] = grey + r[x] * rest
            g[x] = grey + g[x] * rest
            b[x] = grey + b[x] * rest


def _reference(rgb: Pixels, **params: float) -> Pixels:
    share, *weights = _prepare(**params)
    return share * (rgb @ np.array(weights))[..., np.newaxis] + (1 - share) * rgb


TOOL = Tool(
    name="black_and_white",
    stage="colour",
    order=50,
    purpose="Turns the picture into black and white, wholly or in part.",
    params=(
        Param("amount", "%", 0, 100, 0, "colours", "black and white"),
        Param("red", "", -100, 100, 0, "darker reds", "lighter reds, as through a red filter"),
        Param("green", "", -100, 100, 0, "darker greens", "lighter greens"),
        Param("blue", "", -100, 100, 0, "darker blues", "lighter blues"),
    ),
    words=("black and white", "b&w", "bw", "monochrome", "greyscale", "grayscale"),
    target=Target("S", -100),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
