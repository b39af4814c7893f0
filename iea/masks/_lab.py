"""CIELAB (D65) of a small copy, with the same bits on every machine."""

from functools import cache

import numpy as np
import numpy.typing as npt
from numba import njit

from ._exact import Plane, root

_STEPS = 4096
"""Between table entries the curves are taken as straight: L* is less than 0.01 off."""

Planes = npt.NDArray[np.float64]
"""(3, rows, columns)."""


@cache
def _tables() -> tuple[Plane, Plane]:
    """Return IEC 61966-2-1's curve to linear light, and CIE's curve for lightness."""
    place = np.arange(_STEPS + 2) / _STEPS
    raised = (place + 0.055) / 1.055
    linear = np.where(place <= 0.04045, place / 12.92, raised * raised * root(raised * raised, 5))
    low = place * (29 / 6) * (29 / 6) / 3 + 4 / 29
    return linear, np.where(place > 216 / 24389, root(place, 3), low)


def lab(small: npt.NDArray[np.float32]) -> Planes:
    """Return L* (0..100), a* and b* of encoded sRGB planes (3, rows, columns) in 0..1.

    Source: CIE 15:2004, 8.2.1, and IEC 61966-2-1.
    """
    return _lab(small, *_tables())


@njit(cache=True, nogil=True, error_model="numpy")
def _look_up(table: Plane, value: float) -> float:
    place = min(max(value, 0.0), 1.0) * _STEPS
    i = int(place)
    return table[i] + (place - i) * (table[i + 1] - table[i])


@njit(cache=True, nogil=True, error_model="numpy")
def _lab(small: npt.NDArray[np.float32], linear: Plane, curve: Plane) -> Planes:
    rows, columns = small.shape[1:]
    out = np.empty((3, rows, columns))
    for y in range(rows):
        for x in range(columns):
            r = _look_up(linear, np.float64(small[0, y, x]))
            g = _look_up(linear, np.float64(small[1, y, x]))
            b = _look_up(linear, np.float64(small[2, y, x]))
            red = _look_up(curve, (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
            green = _look_up(curve, 0.2126729 * r + 0.7151522 * g + 0.0721750 * b)
            blue = _look_up(curve, (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883)
            out[0, y, x] = 116.0 * green - 16.0
            out[1, y, x] = 500.0 * (red - green)
            out[2, y, x] = 200.0 * (green - blue)
    return out
