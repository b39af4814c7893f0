"""Sets of pixels on a small copy: grown, split into pieces, closed."""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ._exact import Flags, Plane, box_mean
from ._lab import Planes

Names = npt.NDArray[np.int64]
"""(rows, columns): 0, or the number of the piece that a pixel belongs to."""


@njit(cache=True, nogil=True, error_model="numpy")
def grown(colours: Planes, likely: Flags, step: float) -> Flags:
    """Grow from the upper edge over likely pixels, from one to a neighbour of nearly its colour."""
    rows, columns = likely.shape
    found = np.zeros((rows, columns), np.bool_)
    stack = np.empty((rows * columns, 2), np.int64)
    size = 0
    for x in range(columns):
        if likely[0, x]:
            found[0, x] = True
            stack[size, 0], stack[size, 1] = 0, x
            size += 1
    while size > 0:
        size -= 1
        y, x = stack[size, 0], stack[size, 1]
        for k in range(4):
            v, u = y + (k == 0) - (k == 1), x + (k == 2) - (k == 3)
            if v < 0 or v >= rows or u < 0 or u >= columns or found[v, u] or not likely[v, u]:
                continue
            apart = 0.0
            for c in range(3):
                apart += (colours[c, v, u] - colours[c, y, x]) ** 2
            if apart < step * step:
                found[v, u] = True
                stack[size, 0], stack[size, 1] = v, u
                size += 1
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def pieces(flags: Flags) -> tuple[Names, Any]:
    """Number the pieces of what is set, joined over edges; returns their sizes, too.

    The sizes' first entry is of number 0, which is no piece.
    """
    rows, columns = flags.shape
    names = np.zeros((rows, columns), np.int64)
    sizes = np.zeros(rows * columns + 1, np.int64)
    stack = np.empty((rows * columns, 2), np.int64)
    name = 0
    for y0 in range(rows):
        for x0 in range(columns):
            if not flags[y0, x0] or names[y0, x0]:
                continue
            name += 1
            names[y0, x0] = name
            stack[0, 0], stack[0, 1] = y0, x0
            size = 1
            while size > 0:
                size -= 1
                sizes[name] += 1
                y, x = stack[size, 0], stack[size, 1]
                for k in range(4):
                    v, u = y + (k == 0) - (k == 1), x + (k == 2) - (k == 3)
                    if 0 <= v < rows and 0 <= u < columns and flags[v, u] and not names[v, u]:
                        names[v, u] = name
                        stack[size, 0], stack[size, 1] = v, u
                        size += 1
    return names, sizes[: name + 1]


def largest(flags: Flags) -> Flags:
    """Return the largest piece of what is set."""
    names, sizes = pieces(flags)
    return flags & (names == int(np.argmax(sizes)))


def closed(found: Flags, radius: int) -> Plane:
    """Close gaps of up to a radius."""
    # Sums that run leave crumbs: what is above none is above a millionth.
    wide = box_mean(found.astype(np.float64), radius) > 1e-6
    narrow = box_mean((~wide).astype(np.float64), radius) <= 1e-6
    return (found | narrow).astype(np.float64)


def filled(found: Flags, most: float) -> Flags:
    """Fill holes of up to a share of the picture that do not reach its edge."""
    names, sizes = pieces(~found)
    hole = sizes <= most * found.size
    for side in (names[0], names[-1], names[:, 0], names[:, -1]):
        hole[side] = False
    return found | hole[names]


@njit(cache=True, nogil=True, error_model="numpy")
def mean_in(plane: Plane, where: Flags) -> float:
    """Return the mean of a plane where something is set, added up row by row; 0 if nowhere."""
    total, count = 0.0, 0
    for y in range(plane.shape[0]):
        for x in range(plane.shape[1]):
            if where[y, x]:
                total += plane[y, x]
                count += 1
    return total / max(count, 1)


def ranked(values: npt.NDArray[np.float64], share: float) -> float:
    """Return the value above a share of all: 0.5 is the median."""
    return float(np.sort(values.ravel())[min(int(share * values.size), values.size - 1)])


def halfway(values: npt.NDArray[np.float64], most: float) -> float:
    """Return the value in 0..most that parts values best in two groups.

    Source: Otsu, "A threshold selection method from gray-level histograms", 1979.
    """
    bins = 64
    counts = np.bincount(np.clip((values / most * bins).astype(np.int64), 0, bins - 1).ravel())
    low = np.cumsum(counts)
    moment = np.cumsum(counts * np.arange(counts.size))
    high = low[-1] - low
    apart = moment / np.maximum(low, 1) - (moment[-1] - moment) / np.maximum(high, 1)
    between = low.astype(np.float64) * high * apart * apart
    return (int(np.argmax(between)) + 1) / bins * most
