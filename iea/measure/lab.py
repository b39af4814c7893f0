"""CIELAB (D65) of 8-bit sRGB pixels, compiled."""

import numpy as np
import numpy.typing as npt
from numba import njit, types

# IEC 61966-2-1's curve for every code value, and its matrix to XYZ over D65's white.
_CODES = np.arange(256) / 255
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(
    np.float32
)
_MATRIX = (
    np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    / np.array([[0.95047], [1.0], [1.08883]])
).astype(np.float32)
_STEPS = 8192
"""Between table entries CIE's curve is taken as straight: L is less than 0.001 off."""
_T = np.arange(_STEPS + 2) / _STEPS
_CURVE = np.where(_T > (6 / 29) ** 3, np.cbrt(_T), _T * (29 / 6) ** 2 / 3 + 4 / 29).astype(
    np.float32
)


@njit(error_model="numpy", inline="always")
def _bend(t: np.float32) -> np.float32:
    place = min(t, np.float32(1)) * np.float32(_STEPS)
    i = np.int32(place)
    return _CURVE[i] + (place - np.float32(i)) * (_CURVE[i + 1] - _CURVE[i])


@njit(
    types.float32[:, :, ::1](types.Array(types.uint8, 3, "A", readonly=True)),
    cache=True,
    nogil=True,
    error_model="numpy",
)
def lab(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return L, a, b as planes (3, height, width) of (height, width, 3) sRGB pixels.

    L is 0..100. Source: CIE 15:2004, 8.2.1, and IEC 61966-2-1.
    """
    height, width = pixels.shape[0], pixels.shape[1]
    out = np.empty((3, height, width), np.float32)
    for y in range(height):
        for x in range(width):
            r = _LINEAR[pixels[y, x, 0]]
            g = _LINEAR[pixels[y, x, 1]]
            b = _LINEAR[pixels[y, x, 2]]
            fx = _bend(_MATRIX[0, 0] * r + _MATRIX[0, 1] * g + _MATRIX[0, 2] * b)
            fy = _bend(_MATRIX[1, 0] * r + _MATRIX[1, 1] * g + _MATRIX[1, 2] * b)
            fz = _bend(_MATRIX[2, 0] * r + _MATRIX[2, 1] * g + _MATRIX[2, 2] * b)
            out[0, y, x] = np.float32(116) * fy - np.float32(16)
            out[1, y, x] = np.float32(500) * (fx - fy)
            out[2, y, x] = np.float32(200) * (fy - fz)
    return out
