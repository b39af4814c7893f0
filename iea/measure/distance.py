"""The pixel distance of the method (arXiv 2606.08016), and how much of it an edit made up for."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from iea.errors import InvalidError
from iea.image import Picture, to_8bit
from iea.native import Array, compiled

Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

_RUN = 1 << 15
"""Samples whose squared differences add up to a number of 32 bits."""

_CODES, _SUMS = Array(1, np.uint8, readonly=True), Array(1, np.int64)


def pixel_distance(a: Picture | Samples, b: Picture | Samples) -> float:
    """Return (mean |a - b| + sqrt(mean (a - b)^2)) / 2 of 8-bit samples as 0..1.

    Takes pictures or their (height, width, 3) samples. The sums are whole numbers, so that equal
    distances are equal. Raises `InvalidError` where the sizes differ.
    """
    one, other = _codes(a), _codes(b)
    if one.shape != other.shape:
        raise InvalidError(
            f"One picture is {one.shape[1]}x{one.shape[0]} and the other "
            f"{other.shape[1]}x{other.shape[0]}: compare pictures of the same size."
        )
    sums = np.zeros(2, np.int64)
    _add_up(one.ravel(), other.ravel(), sums)
    mean, square = sums / one.size
    return (float(mean) + math.sqrt(square)) / (2 * 255)


def likeness(before: float, after: float) -> float:
    """Return how far an edit led to a reference: max(-1, (before - after) / before).

    `before` is the distance of the original to the reference, `after` that of the edit. 1: reached,
    0: no nearer, -1: twice as far or more. Where nothing was to be done, `before` is 0: then it is
    0 if nothing was done, else -1.
    """
    if before == 0:
        return 0.0 if after == 0 else -1.0
    return max(-1.0, (before - after) / before)


def _codes(picture: Picture | Samples) -> npt.NDArray[np.uint8]:
    samples = picture.pixels if isinstance(picture, Picture) else picture
    return np.ascontiguousarray(to_8bit(samples))


@compiled(_CODES, _CODES, _SUMS)
def _add_up(a: Any, b: Any, sums: Any) -> None:
    """Add to `sums` the absolute and the squared differences, in runs that vectors can hold."""
    for start in range(0, a.size, _RUN):
        one, other = a[start : start + _RUN], b[start : start + _RUN]
        absolute, squared = np.uint32(0), np.uint32(0)
        for i in range(one.size):
            difference = np.int32(np.int32(one[i]) - np.int32(other[i]))
            absolute = np.uint32(absolute + np.uint32(abs(difference)))
            squared = np.uint32(squared + np.uint32(difference * difference))
        sums[0] += absolute
        sums[1] += squared
