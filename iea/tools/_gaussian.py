"""Gaussian blurs: the taps, rows and columns, pieces of planes and small copies.

The taps are samples of a Gaussian that is as wide as it must be for their variance to be sigma^2:
a blur is as strong at every size of the picture, and none is none.
"""

import math

import numpy as np
from numba import njit, types

from iea.tools._declare import Constants, Maps, Pixels, inline
from iea.tools._halves import Image, mirrored

_BISECTIONS = 60
"""Steps to the width of the taps: more would change no bit of it."""


def taps(sigma: float, radius: int) -> Pixels:
    """Return the weights at distances 0 to `radius`; all of them, either side, add up to 1.

    `radius` is at least 2 sigma.
    """
    distance = np.arange(radius + 1.0)
    low, high = 0.01, 2.0 * radius + 1
    for _ in range(_BISECTIONS):
        width = (low + high) / 2
        weights = np.exp(-((distance / width) ** 2) / 2)
        weights /= weights[0] + 2 * weights[1:].sum()
        if 2 * (weights * distance**2).sum() > sigma**2:
            high = width
        else:
            low = width
    return weights


def reach(sigma: float) -> int:
    """Return the radius, a multiple of four, beyond which taps would not be seen."""
    return 4 * math.ceil(0.8 * sigma)


@inline
def _along(line: Constants, weights: Constants, out: Constants) -> None:
    """Blur a row that has n x 4 pixels more at both ends; `weights` are 1 + 4 n taps.

    Four taps at a time: the row of sums goes through memory a quarter as often.
    """
    radius = weights.size - 1
    middle, here = weights[0], line[radius:]
    for x in range(out.size):
        out[x] = middle * here[x]
    for k in range(1, radius, 4):
        w1, w2, w3, w4 = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        # Indices that cannot be negative, in slices: only such loops become vectors.
        left, right = line[radius - k - 3 :], line[radius + k :]
        for x in range(out.size):
            near = w1 * (left[x + 3] + right[x]) + w2 * (left[x + 2] + right[x + 1])
            far = w3 * (left[x + 1] + right[x + 2]) + w4 * (left[x] + right[x + 3])
            out[x] += near + far


@inline
def across(here: Constants, line: Constants, weights: Constants, out: Constants) -> None:
    """Blur a row that mirrors; `weights` are 1 + 4 n taps.

    `line` has room for the row and n x 4 more at both ends.
    """
    columns, radius = here.size, weights.size - 1
    inside = line[radius:]
    for x in range(columns):
        inside[x] = here[x]
    for k in range(1, radius + 1):
        line[radius - k] = here[mirrored(-k, columns)]
        line[radius + columns - 1 + k] = here[mirrored(columns - 1 + k, columns)]
    _along(line, weights, out)


@inline
def down(plane: Image, y: int, weights: Constants, out: Constants) -> None:
    """Blur a plane, (rows, columns), downward at row y; `weights` are 1 + 4 n taps."""
    rows, here = plane.shape[0], plane[y]
    middle = weights[0]
    for x in range(out.size):
        out[x] = middle * here[x]
    for k in range(1, weights.size, 4):
        w1, w2, w3, w4 = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        a1, b1 = plane[mirrored(y - k, rows)], plane[mirrored(y + k, rows)]
        a2, b2 = plane[mirrored(y - k - 1, rows)], plane[mirrored(y + k + 1, rows)]
        a3, b3 = plane[mirrored(y - k - 2, rows)], plane[mirrored(y + k + 2, rows)]
        a4, b4 = plane[mirrored(y - k - 3, rows)], plane[mirrored(y + k + 3, rows)]
        for x in range(out.size):
            near = w1 * (a1[x] + b1[x]) + w2 * (a2[x] + b2[x])
            far = w3 * (a3[x] + b3[x]) + w4 * (a4[x] + b4[x])
            out[x] += near + far


@inline
def blurred_within(piece: Image, weights: Constants) -> Image:
    """Return a piece of a plane, blurred, less the borders that this takes: a tap each."""
    border = weights.size - 1
    rows, columns = piece.shape[0] - 2 * border, piece.shape[1] - 2 * border
    half = np.empty((piece.shape[0], columns), np.float32)
    out = np.empty((rows, columns), np.float32)
    for y in range(piece.shape[0]):
        _along(piece[y], weights, half[y])
    for y in range(rows):
        down(half, border + y, weights, out[y])
    return out


_PLANES_TYPE = types.Array(types.float32, 3, "C")
_READ_TYPE = types.Array(types.float32, 3, "C", readonly=True)


@njit(
    types.void(_READ_TYPE, types.Array(types.float32, 1, "C"), _PLANES_TYPE),
    cache=True,
    nogil=True,
    error_model="numpy",
)
def _blur(planes: Maps, weights: Constants, out: Maps) -> None:
    for n in range(planes.shape[0]):
        out[n] = blurred_within(planes[n], weights)


def blurred(planes: Maps, sigma: float) -> Maps:
    """Return small planes, (n, rows, columns), blurred; `sigma` is in their pixels.

    Borders mirror: a copy's then look like those of its picture.
    """
    border = reach(sigma)
    return blurred_less(np.pad(planes, [(0, 0), *2 * [(border, border)]], "symmetric"), sigma)


def blurred_less(planes: Maps, sigma: float) -> Maps:
    """Return small planes, (n, rows, columns), blurred, less `reach(sigma)` at every border."""
    border = reach(sigma)
    count, rows, columns = planes.shape
    out = np.empty((count, rows - 2 * border, columns - 2 * border), np.float32)
    _blur(np.ascontiguousarray(planes), taps(sigma, border).astype(np.float32), out)
    return out


def reference_blurred(rgb: Pixels, weights: Pixels) -> Pixels:
    """Blur a picture, (height, width, ...), with given taps in plain NumPy; borders mirror."""
    radius = len(weights) - 1
    for axis in (0, 1):
        sides = [(radius, radius) if n == axis else (0, 0) for n in range(rgb.ndim)]
        wide, at = np.pad(rgb, sides, "symmetric"), np.arange(rgb.shape[axis]) + radius
        total = weights[0] * rgb
        for k in range(1, radius + 1):
            total = total + weights[k] * (wide.take(at - k, axis) + wide.take(at + k, axis))
        rgb = total
    return rgb
