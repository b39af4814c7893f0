"""Gaussian blurs: the taps, and a blur of small copies.

The taps are those of the discrete Gaussian (Lindeberg 1990), exp(-t) I_k(t): their variance is t
itself however small, so a blur is as strong at every size of the picture, and none is none.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import njit, types

from iea.tools._declare import Constants, Maps, Pixels, inline

Image = npt.NDArray[np.float32]
"""One plane of a block, (rows, columns)."""

_TURN = 512
"""Points on the circle over which the taps' integral is taken: many times the widest radius."""


def taps(sigma: float, radius: int) -> Pixels:
    """Return the weights at distances 0 to `radius`; all of them, either side, add up to 1.

    They are found from their spectrum, exp(-t (1 - cos w)), t = sigma^2. Cut off at the radius,
    they are widened until their variance is t again.
    """
    distance = np.arange(radius + 1)
    waves = 2 * math.pi * np.arange(_TURN) / _TURN
    wide = sigma**2
    for _ in range(4):
        spectrum = np.exp(-wide * (1 - np.cos(waves)))
        weights = (spectrum * np.cos(distance[:, np.newaxis] * waves)).mean(axis=1)
        weights /= weights[0] + 2 * weights[1:].sum()
        variance = 2 * float((weights * distance**2).sum())
        wide *= sigma**2 / variance if variance > 0 else 1.0
    return weights


@inline
def mirrored(i: int, size: int) -> int:
    """Return the pixel that stands for one beyond a border: its mirror image."""
    if i < 0:
        i = -1 - i
    elif i >= size:
        i = 2 * size - 1 - i
    return min(max(i, 0), size - 1)


@inline
def across(here: Constants, line: Constants, weights: Constants, out: Constants) -> None:
    """Blur a row; `weights` are 1 + 4 n taps, `line` has room for the row and n x 4 at both ends.

    Four taps at a time: the row of sums goes through memory a quarter as often.
    """
    columns, radius = here.size, weights.size - 1
    line[radius : radius + columns] = here
    for k in range(1, radius + 1):
        line[radius - k] = here[mirrored(-k, columns)]
        line[radius + columns - 1 + k] = here[mirrored(columns - 1 + k, columns)]
    middle = weights[0]
    for x in range(columns):
        out[x] = middle * here[x]
    for k in range(1, radius, 4):
        w1, w2, w3, w4 = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        # Indices that cannot be negative, in slices: only such loops become vectors.
        left, right = line[radius - k - 3 :], line[radius + k :]
        for x in range(columns):
            near = w1 * (left[x + 3] + right[x]) + w2 * (left[x + 2] + right[x + 1])
            far = w3 * (left[x + 1] + right[x + 2]) + w4 * (left[x] + right[x + 3])
            out[x] += near + far


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


_PLANES_TYPE = types.Array(types.float32, 3, "C")


@njit(
    types.void(_PLANES_TYPE, types.Array(types.float32, 1, "C")),
    cache=True,
    nogil=True,
    error_model="numpy",
)
def _blur(planes: Maps, weights: Constants) -> None:
    rows, columns = planes.shape[1], planes.shape[2]
    line = np.empty(columns + 2 * (weights.size - 1), np.float32)
    half = np.empty((rows, columns), np.float32)
    for n in range(planes.shape[0]):
        plane = planes[n]
        for y in range(rows):
            across(plane[y], line, weights, half[y])
        for y in range(rows):
            down(half, y, weights, plane[y])


def blurred(planes: Maps, sigma: float) -> Maps:
    """Return small planes, (n, rows, columns), blurred; `sigma` is in their pixels.

    Borders mirror: a copy's then look like those of its picture.
    """
    out = np.array(planes, np.float32, order="C")
    _blur(out, taps(sigma, reach(sigma)).astype(np.float32))
    return out


def reach(sigma: float) -> int:
    """Return the radius, a multiple of four, beyond which taps would not be seen."""
    return 4 * math.ceil(0.8 * sigma)


def reference_blurred(rgb: Pixels, weights: Pixels) -> Pixels:
    """Blur a picture, (height, width, ...), with given taps in plain NumPy."""
    radius = len(weights) - 1
    for axis in (0, 1):
        last, at = rgb.shape[axis] - 1, np.arange(rgb.shape[axis])
        total = weights[0] * rgb
        for k in range(1, radius + 1):
            before, after = at - k, at + k
            before = np.clip(np.where(before < 0, -1 - before, before), 0, last)
            after = np.clip(np.where(after > last, 2 * last + 1 - after, after), 0, last)
            total = total + weights[k] * (rgb.take(before, axis) + rgb.take(after, axis))
        rgb = total
    return rgb
