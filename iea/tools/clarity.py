"""Clarity: local contrast of middle size, as if the air were clearer or softer.

The guided filter (He and Sun 2015; windows of a thirty-second of the long side, found on a small
copy) gives the base a Y + b of every pixel's luma Y; edges belong to the base and grow no halo.
All channels are multiplied by 1 + 8 s (1 - peak) d, d = Y - base held to 0.15 either way and
s = amount / 100: hue stays, the middle tones gain most, and nothing passes white.
"""

import numpy as np

from iea.tools._copies import reference_copy, reference_enlarged
from iea.tools._declare import (
    Constants,
    Frame,
    Maps,
    Param,
    Pixels,
    Planes,
    Scene,
    Survey,
    Target,
    Tool,
    kernel,
)
from iea.tools._guided import as_maps, as_pixels, lines
from iea.tools._pixel import luma, reference_luma, reference_peak

SIDE, WINDOW, SOFTNESS = 512, 1 / 64, 0.005
STRENGTH, LIMIT = 8.0, 0.15
_ONE, _LIMIT = np.float32(1), np.float32(LIMIT)


def _base(copy: Pixels) -> tuple[Pixels, Pixels]:
    grey = reference_luma(copy)[..., 0]
    return lines(grey, grey, max(1, round(max(grey.shape) * WINDOW)), SOFTNESS)


def _survey(scene: Scene, amount: float) -> Survey:
    copy = scene.small(SIDE)
    slope, rest = _base(as_pixels(copy.planes))
    return Survey((STRENGTH * amount / 100,), as_maps(1 - slope, rest), copy.step)


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    strength = constants[0]
    for y in range(planes.shape[1]):
        r, g, b, slope, rest = planes[0, y], planes[1, y], planes[2, y], maps[0, y], maps[1, y]
        for x in range(r.size):
            detail = slope[x] * luma(r[x], g[x], b[x]) - rest[x]
            peak = max(max(r[x], g[x]), b[x])
            gain = _ONE + strength * (_ONE - peak) * min(max(detail, -_LIMIT), _LIMIT)
            r[x] *= gain
            g[x] *= gain
            b[x] *= gain


def _reference(rgb: Pixels, amount: float) -> Pixels:
    copy, step = reference_copy(rgb, SIDE)
    slope, rest = (
        reference_enlarged(plane, step, *rgb.shape[:2])[..., np.newaxis] for plane in _base(copy)
    )
    grey = reference_luma(rgb)
    detail = np.clip(grey - (slope * grey + rest), -LIMIT, LIMIT)
    return rgb * (1 + STRENGTH * amount / 100 * (1 - reference_peak(rgb)) * detail)


TOOL = Tool(
    name="clarity",
    stage="detail",
    order=6,
    purpose="Brings out shapes in the middle tones by local contrast, or softens them.",
    params=(Param("amount", "", -100, 100, 0, "softer shapes", "clearer shapes"),),
    words=("local contrast", "midtone contrast", "clarity slider"),
    target=Target("", 35),
    survey=_survey,
    kernel=_kernel,
    reference=_reference,
)
