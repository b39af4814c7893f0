"""Vignette: corners darkened or lightened, so that the eye goes to the middle.

q goes from 0 in the middle to 1 in the corners: half of u^2 + v^2, with u and v from -1 to 1 over
the picture. Roundness above 0 leads to the squared distance in pixels, which makes circles, below 0
to u^2 + v^2 - u^2 v^2, which makes rounded frames. The falloff t^2 (3 - 2 t) starts and ends at
q = middle - width and middle + width, set by midpoint and feather. Above 0 pixels are multiplied by
1 - 0.8 s falloff, below 0 they move toward white by 0.5 |s| falloff of the way; s = amount / 100.
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
from iea.tools._pixel import unit

_HALF, _ONE, _TWO, _THREE = np.float32(0.5), np.float32(1), np.float32(2), np.float32(3)


def _prepare(amount: float, midpoint: float, roundness: float, feather: float) -> tuple[float, ...]:
    middle, width = 0.1 + 0.8 * midpoint / 100, 0.05 + 0.9 * feather / 100
    start = max(middle - width, 0)
    return (
        0.8 * max(amount, 0) / 100,
        0.5 * max(-amount, 0) / 100,
        start,
        1 / (middle + width - start),
        max(roundness, 0) / 100,
        max(-roundness, 0) / 100,
    )


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    light, both = constants[1], constants[0] + constants[1]
    start, slope, circle, box = constants[2], constants[3], constants[4], constants[5]
    width, height = np.float32(frame[2]), np.float32(frame[3])
    # Of the two sides, how much of q is across: half of it, or as many pixels as it is longer.
    flat = width * width / (width * width + height * height)
    across = _HALF + circle * (flat - _HALF) + _HALF * box
    down = _HALF - circle * (flat - _HALF) + _HALF * box
    step, edge = _TWO / width, _ONE / width - _ONE
    # Whole numbers are exact in float32 far beyond any width: a crop has the same positions.
    left = np.float32(frame[0])
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        v = np.float32(2 * (y + frame[1]) + 1) / height - _ONE
        level = (down * v * v - start) * slope
        bend = (across - box * v * v) * slope
        for x in range(r.size):
            u = (left + np.float32(np.int32(x))) * step + edge
            t = unit(level + bend * (u * u))
            falloff = t * t * (_THREE - _TWO * t)
            keep, add = _ONE - both * falloff, light * falloff
            r[x] = r[x] * keep + add
            g[x] = g[x] * keep + add
            b[x] = b[x] * keep + add


def _reference(rgb: Pixels, **params: float) -> Pixels:
    dark, light, start, slope, circle, box = _prepare(**params)
    height, width = rgb.shape[:2]
    v = (((2 * np.arange(height) + 1) / height - 1) ** 2)[:, np.newaxis]
    u = (((2 * np.arange(width) + 1) / width - 1) ** 2)[np.newaxis]
    circles = (width**2 * u + height**2 * v) / (width**2 + height**2)
    q = (1 - circle - box) * (u + v) / 2 + circle * circles + box * (u + v - u * v)
    t = np.clip((q - start) * slope, 0, 1)[..., np.newaxis]
    falloff = t**2 * (3 - 2 * t)
    return rgb * (1 - (dark + light) * falloff) + light * falloff


TOOL = Tool(
    name="vignette",
    stage="effects",
    order=10,
    purpose="Darkens the corners so that the eye goes to the middle, or lightens them.",
    params=(
        Param("amount", "", -100, 100, 0, "lighter corners", "darker corners"),
        Param("midpoint", "", 0, 100, 50, "reaches further in", "keeps to the corners"),
        Param("roundness", "", -100, 100, 0, "like a frame", "like a circle"),
        Param("feather", "", 0, 100, 50, "a harder edge", "a softer edge"),
    ),
    words=("vignette", "vignetting", "corners", "edges", "vignet", "frame edges"),
    target=Target("L", -4),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
