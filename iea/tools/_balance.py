"""What temperature and tint share: gains on the three channels, with the luma kept."""

import numpy as np

from iea.tools._declare import Constants, Frame, Maps, Pixels, Planes, kernel
from iea.tools._pixel import TINY, luma, reference_luma

_TINY = np.float32(TINY)


@kernel
def balance(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    """Multiply red, green and blue by the constants, and scale each pixel back to its luma."""
    red, green, blue = constants[0], constants[1], constants[2]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            before = luma(r[x], g[x], b[x])
            nr, ng, nb = r[x] * red, g[x] * green, b[x] * blue
            ratio = (before + _TINY) / (luma(nr, ng, nb) + _TINY)
            r[x] = nr * ratio
            g[x] = ng * ratio
            b[x] = nb * ratio


def reference_balance(rgb: Pixels, gains: tuple[float, ...]) -> Pixels:
    """Do the same in plain NumPy."""
    moved = rgb * np.array(gains)
    return moved * (reference_luma(rgb) + TINY) / (reference_luma(moved) + TINY)
