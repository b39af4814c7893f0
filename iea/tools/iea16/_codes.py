"""Samples as codes, the whole numbers 0..255 that this toolset works on between its stages."""

import numpy as np
import numpy.typing as npt

from iea.tools._declare import inline

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

PEAK = np.float32(255)
STEP = np.float32(1) / PEAK
_ZERO = np.float32(0)
# Float32 has whole numbers only from here on: adding and subtracting it rounds, ties to even.
_ROUNDER = np.float32(1.5 * 2**23)
# 1/255 in two parts, products of the first with codes being exact: their sum is rounded once.
_STEP_HIGH = np.float32(257 / 2**16)
_STEP_LOW = np.float32(1 / 255 - 257 / 2**16)


@inline
def code(sample: np.float32) -> np.float32:
    """Return the code of a sample of 8 bit, or the one nearest to a sample of 16 bit."""
    return rounded(sample * PEAK)


@inline
def rounded(value: np.float32) -> np.float32:
    """Round to the nearest whole number, ties to even."""
    return (value + _ROUNDER) - _ROUNDER


@inline
def cut(value: np.float32) -> np.float32:
    """Round towards 0."""
    return np.float32(np.int32(value))


@inline
def held(value: np.float32) -> np.float32:
    """Hold a value to 0..255."""
    return min(max(value, _ZERO), PEAK)


@inline
def share(value: np.float32) -> np.float32:
    """Divide a code by 255 without dividing: the nearest float32 all the same."""
    return value * _STEP_HIGH + value * _STEP_LOW
