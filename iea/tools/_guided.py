"""The fast guided filter (He and Sun 2015): a straight line of luma in every window.

Where a guide varies more than `softness`, the line follows it, so that edges stay; where it varies
less, the line is flat. Lines found on a small copy hold at full size too, as they are lines.
"""

import numpy as np
import numpy.typing as npt

from iea.tools._declare import Maps, Pixels


def lines(guide: Pixels, target: Pixels, radius: int, softness: float) -> tuple[Pixels, Pixels]:
    """Return slope and rest, (rows, columns) each, with slope * guide + rest near the target.

    `radius` is that of the square windows in pixels of the guide; `softness` the variance below
    which the guide's changes are taken for texture.
    """
    mean, aim = box_mean(guide, radius), box_mean(target, radius)
    variance = box_mean(guide * guide, radius) - mean * mean
    slope = (box_mean(guide * target, radius) - mean * aim) / (variance + softness)
    return box_mean(slope, radius), box_mean(aim - slope * mean, radius)


def box_mean(plane: Pixels, radius: int) -> Pixels:
    """Return the means over squares, cut off at the borders, of a plane (rows, columns)."""
    for axis in (0, 1):
        length = plane.shape[axis]
        sums = np.insert(np.cumsum(plane, axis), 0, 0.0, axis)
        at = np.arange(length)
        first, end = np.maximum(at - radius, 0), np.minimum(at + radius + 1, length)
        counts = (end - first).reshape((-1, 1) if axis == 0 else (1, -1))
        plane = (sums.take(end, axis) - sums.take(first, axis)) / counts
    return plane


def as_maps(*planes: Pixels) -> Maps:
    """Put planes, (rows, columns) each, into maps for the engine."""
    return np.stack(planes).astype(np.float32)


def as_pixels(planes: npt.NDArray[np.float32]) -> Pixels:
    """Turn a copy's planes, (3, rows, columns), into a picture as reference formulas take it."""
    return np.moveaxis(planes, 0, -1).astype(np.float64)
