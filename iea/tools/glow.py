"""Glow: soft light around the bright parts, as through a diffusion filter.

The bright parts of a small copy, x w with w = ((Y - 0.35) / 0.65)^2 above a luma Y of 0.35, are
blurred with a sigma of 1.5 % of the long side; their light m falls on all that is less bright:
x + 1.2 s m (1 - x) (1 - w) (0.3 + 0.7 Y (2 - Y)), s = amount / 100. Black stays dark, and bright
parts keep their own detail.
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
from iea.tools._gaussian import blurred, reach, reference_blurred, taps
from iea.tools._guided import as_maps, as_pixels
from iea.tools._pixel import luma, reference_luma, unit

SIDE, SIGMA, KNEE, STRENGTH = 512, 0.015, 0.35, 1.2
_ONE, _TWO, _DARK, _REST = np.float32(1), np.float32(2), np.float32(0.3), np.float32(0.7)
_KNEE, _RISE = np.float32(KNEE), np.float32(1 / (1 - KNEE))


def _brightness(rgb: Pixels) -> Pixels:
    """Return how far every pixel belongs to the bright parts, 0..1."""
    return np.clip((reference_luma(rgb) - KNEE) / (1 - KNEE), 0, 1) ** 2


def _survey(scene: Scene, amount: float) -> Survey:
    copy = scene.small(SIDE)
    small = as_pixels(copy.planes)
    bright = as_maps(*np.moveaxis(small * _brightness(small), -1, 0))
    light = blurred(bright, SIGMA * max(bright.shape))
    return Survey((STRENGTH * amount / 100,), light, copy.step)


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    strength = constants[0]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        red, green, blue = maps[0, y], maps[1, y], maps[2, y]
        for x in range(r.size):
            grey = unit(luma(r[x], g[x], b[x]))
            bright = unit((grey - _KNEE) * _RISE)
            lit = strength * (_ONE - bright * bright) * (_DARK + _REST * grey * (_TWO - grey))
            r[x] += lit * red[x] * (_ONE - r[x])
            g[x] += lit * green[x] * (_ONE - g[x])
            b[x] += lit * blue[x] * (_ONE - b[x])


def _reference(rgb: Pixels, amount: float) -> Pixels:
    copy, step = reference_copy(rgb, SIDE)
    sigma = SIGMA * max(copy.shape)
    light = reference_blurred(copy * _brightness(copy), taps(sigma, reach(sigma)))
    light = reference_enlarged(light, step, *rgb.shape[:2])
    grey = np.clip(reference_luma(rgb), 0, 1)
    lit = (1 - _brightness(rgb)) * (0.3 + 0.7 * grey * (2 - grey))
    return rgb + STRENGTH * amount / 100 * lit * light * (1 - rgb)


TOOL = Tool(
    name="glow",
    stage="detail",
    order=14,
    purpose="Lays soft light around the bright parts.",
    params=(Param("amount", "", 0, 100, 0, "no glow", "more glow"),),
    words=("glow", "bloom", "orton effect", "soft light"),
    target=Target("", 55),
    survey=_survey,
    kernel=_kernel,
    reference=_reference,
)
