"""Glow: soft light around the bright parts, as through a diffusion filter.

What of a small copy is brighter than 0.35, weighted by ((Y - 0.35) / 0.65)^2, is blurred with a
sigma of 1.5 % of the long side and laid over the picture like a second slide:
x + 1.2 s m (1 - x) (0.3 + 0.7 Y (2 - Y)), s = amount / 100. White stays white and black dark.
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
    Tool,
    Words,
    kernel,
)
from iea.tools._gaussian import blurred, reach, reference_blurred, taps
from iea.tools._guided import as_maps, as_pixels
from iea.tools._pixel import luma, reference_luma, unit

SIDE, SIGMA, KNEE, STRENGTH = 512, 0.015, 0.35, 0.8
_ONE, _TWO, _DARK, _REST = np.float32(1), np.float32(2), np.float32(0.3), np.float32(0.7)


def _bright(copy: Pixels) -> Pixels:
    """Return the bright parts of a copy, (rows, columns, 3)."""
    share = np.clip((reference_luma(copy) - KNEE) / (1 - KNEE), 0, 1)
    return copy * share**2


def _survey(scene: Scene, amount: float) -> Survey:
    copy = scene.small(SIDE)
    bright = as_maps(*np.moveaxis(_bright(as_pixels(copy.planes)), -1, 0))
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
            lit = strength * (_DARK + _REST * grey * (_TWO - grey))
            r[x] += lit * red[x] * (_ONE - r[x])
            g[x] += lit * green[x] * (_ONE - g[x])
            b[x] += lit * blue[x] * (_ONE - b[x])


def _reference(rgb: Pixels, amount: float) -> Pixels:
    copy, step = reference_copy(rgb, SIDE)
    sigma = SIGMA * max(copy.shape)
    light = reference_blurred(_bright(copy), taps(sigma, reach(sigma)))
    light = reference_enlarged(light, step, *rgb.shape[:2])
    grey = np.clip(reference_luma(rgb), 0, 1)
    return rgb + STRENGTH * amount / 100 * (0.3 + 0.7 * grey * (2 - grey)) * light * (1 - rgb)


TOOL = Tool(
    name="glow",
    stage="detail",
    order=14,
    purpose="Lays soft light around the bright parts.",
    params=(Param("amount", "", 0, 100, 0, "no glow", "more glow"),),
    words=Words(names=("glow", "bloom", "orton effect", "soft light")),
    survey=_survey,
    kernel=_kernel,
    reference=_reference,
)
