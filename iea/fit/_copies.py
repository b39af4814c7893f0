"""Small copies of pictures on any grid, and what of them stays through a change of tone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from iea.render import Photo
from iea.tools._pixel import LUMA

Floats = npt.NDArray[np.float32]
Samples = Any
"""(height, width, 3) samples of 8 or 16 bit, in any order in memory."""

SIDE = 512
"""Sides up to which a picture is made smaller in whole steps, before it is laid on a grid."""


def grid(shape: Sequence[int], most: int) -> tuple[int, int]:
    """Return the rows and columns of a copy of (height, width, ...), neither above `most`."""
    height, width = shape[:2]
    longest = max(height, width, 1)
    side = min(most, longest)
    return max(round(height * side / longest), 1), max(round(width * side / longest), 1)


def shrunk(pixels: Samples, rows: int, columns: int) -> npt.NDArray[np.uint8]:
    """Return a copy of (height, width, 3) samples, every pixel the mean of the area it covers."""
    planes = Photo(np.ascontiguousarray(pixels)).small(2 * max(rows, columns)).planes
    laid = on_grid(planes, rows, columns).transpose(1, 2, 0)
    return np.ascontiguousarray((np.clip(laid, 0, 1) * 255 + 0.5).astype(np.uint8))


def sampled(pixels: Samples, rows: int, columns: int) -> npt.NDArray[np.uint8]:
    """Return single pixels of (height, width, 3) samples, from the middles of a grid's cells.

    A curve does the same to a pixel wherever it lies, but not to a mean of unlike ones.
    """
    planes = Photo(np.ascontiguousarray(pixels)).small(SIDE).planes
    down, across = (
        ((np.arange(cells) + 0.5) * length / cells).astype(int)
        for cells, length in ((rows, planes.shape[1]), (columns, planes.shape[2]))
    )
    chosen = planes[:, down[:, np.newaxis], across].transpose(1, 2, 0)
    return np.ascontiguousarray((chosen * 255 + 0.5).astype(np.uint8))


def grey_of(pixels: Samples, most: int) -> Floats:
    """Return the luma of a picture, 0..1, on a copy with sides of at most `most`."""
    planes = Photo(np.ascontiguousarray(pixels)).small(most).planes
    return np.tensordot(np.asarray(LUMA, np.float32), planes, 1)


Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels, whole or not."""


def on_grid(planes: Floats, rows: int, columns: int, box: Box | None = None) -> Floats:
    """Lay planes (..., height, width), or a part of them, on another grid, by areas."""
    left, top, right, bottom = box or (0, 0, planes.shape[-1], planes.shape[-2])
    across = _means(planes, columns, left, right)
    return _means(across.swapaxes(-1, -2), rows, top, bottom).swapaxes(-1, -2)


def _means(planes: Floats, cells: int, start: float, end: float) -> Floats:
    """Return the means of the last axis over equal parts of it, which may share pixels."""
    length = planes.shape[-1]
    if length == cells and (start, end) == (0, length):
        return planes
    sums = np.zeros((*planes.shape[:-1], length + 1))
    np.cumsum(planes, axis=-1, out=sums[..., 1:])
    places = np.linspace(start, end, cells + 1)
    low = np.minimum(places.astype(int), length - 1)
    share = places - low
    ends = sums[..., low] * (1 - share) + sums[..., low + 1] * share
    return (np.diff(ends, axis=-1) * (cells / (end - start))).astype(np.float32)


def fine(plane: Floats, radius: int) -> Floats:
    """Return what a plane has more than its surroundings, windows of 2 `radius` + 1."""
    return plane - boxed(plane, radius)


def boxed(plane: Floats, radius: int) -> Floats:
    """Return the means over windows of 2 `radius` + 1; the last pixels are repeated outside."""
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (radius + 1, radius)
        sums = np.cumsum(np.pad(plane, padding, mode="edge"), axis=axis, dtype=np.float64)
        width, length = 2 * radius + 1, plane.shape[axis]
        ends = sums.take(range(width, width + length), axis) - sums.take(range(length), axis)
        plane = (ends / width).astype(np.float32)
    return plane


def likeness(one: Floats, other: Floats) -> float:
    """Return the correlation of two planes, -1..1; 0 where one of them is flat."""
    one, other = one - one.mean(), other - other.mean()
    norm = float(np.sqrt(np.square(one).sum() * np.square(other).sum()))
    return float((one * other).sum()) / norm if norm > FLAT * one.size else 0.0


FLAT = 1e-5
"""The product of two deviations below which nothing can be compared."""
