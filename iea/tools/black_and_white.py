"""Black and white: colours led to their luma, by amount / 100 of the way."""

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
    Words,
    kernel,
)
from iea.tools._pixel import luma, reference_luma


def _prepare(amount: float) -> tuple[float, ...]:
    return (amount / 100,)


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    share = constants[0]
    rest = np.float32(1) - share
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            grey = share * luma(r[x], g[x], b[x])
            r[x] = grey + r[x] * rest
            g[x] = grey + g[x] * rest
            b[x] = grey + b[x] * rest


def _reference(rgb: Pixels, amount: float) -> Pixels:
    (share,) = _prepare(amount)
    return share * reference_luma(rgb) + (1 - share) * rgb


TOOL = Tool(
    name="black_and_white",
    stage="colour",
    order=50,
    purpose="Turns the picture into black and white, wholly or in part.",
    params=(Param("amount", "%", 0, 100, 0, "colours", "black and white"),),
    words=Words(
        names=(
            "black and white",
            "b&w",
            "bw",
            "monochrome",
            "greyscale",
            "grayscale",
        ),
        plus=(
            "black and white",
            "b&w",
            "bw",
            "monochrome",
            "greyscale",
            "grayscale",
            "mono",
            "black & white",
            "black white",
            "black n white",
            "without colour",
            "without color",
            "without colours",
            "without colors",
            "remove colour",
            "remove color",
            "remove colours",
            "remove colors",
            "remove all colour",
            "remove all color",
            "remove all colours",
            "remove all colors",
            "take colour out",
            "take color out",
            "no colour",
            "no color",
            "no colours",
            "no colors",
            "shades of grey",
            "shades of gray",
            "black and white photo",
            "all grey",
            "all gray",
            "blackwhite",
            "get rid of colour",
            "get rid of color",
            "drop colour",
            "drop color",
            "take out colour",
            "take out color",
            "no colour at all",
            "no color at all",
            "colourless",
            "colorless",
        ),
        minus=(
            "colour again",
            "back to colour",
            "color again",
            "back to color",
            "colours back",
            "colors back",
            "colour back",
            "color back",
            "bring back colour",
            "bring back color",
            "bring back colours",
            "bring back colors",
            "in colour again",
            "in color again",
        ),
    ),
    target=Target("S", -100),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
