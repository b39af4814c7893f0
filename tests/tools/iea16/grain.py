"""The grain's distribution in plain NumPy: the noise of every sample of a picture."""

import numpy as np
import numpy.typing as npt

_U = np.uint32


def _hashed(h: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    h = (h ^ (h >> _U(16))) * _U(0x7FEB352D)
    h = (h ^ (h >> _U(15))) * _U(0x846CA68B)
    return h ^ (h >> _U(16))


def bell(shape: tuple[int, ...], seed: int) -> npt.NDArray[np.float64]:
    """Noise of mean 0 and deviation 1, (height, width, channels)."""
    y, x, c = (axis.astype(np.uint32) for axis in np.ogrid[tuple(map(slice, shape))])
    lines = _hashed(_hashed(_U(seed) + c * _U(0x9E3779B1)) ^ y)
    h = _hashed((x * _U(0x9E3779B1)) ^ lines)
    total = sum(((h >> _U(8 * i)) & _U(255)).astype(float) for i in range(4))
    n = (total - 510) / np.sqrt(4 * (256**2 - 1) / 12)
    return 0.949033 * n + 0.0186424 * n**3
