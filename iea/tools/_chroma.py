"""What the tools of colour share: hues as pure colours, and chroma kept within what can be shown.

Hue is that of the hexagonal colour wheel (HSV's), in sixths: 0 red, 1 yellow, 2 green, 3 aqua,
4 blue, 5 magenta, 6 red again.
"""

from collections.abc import Sequence

import numpy as np

from iea.tools._declare import Pixels, inline
from iea.tools._pixel import LUMA, TINY, reference_luma

SIXTH = 60.0
"""Degrees of one unit of hue."""

_TINY = np.float32(TINY)
_RED_SHARE, _BLUE_SHARE = np.float32(LUMA[0] / LUMA[1]), np.float32(LUMA[2] / LUMA[1])


def directions(hue: Pixels) -> Pixels:
    """Return where colours of these hues (any numbers, in sixths) lie, seen from their grey.

    (n, 3) for (n,): the pure colour, whose channels reach from 0 to 1, less its own luma. Adding
    c times it to a grey gives a colour of that hue, of chroma c and with the grey's luma.
    """
    # A channel is full over two sixths, none over two, and goes straight between (A. R. Smith,
    # "Color gamut transform pairs", SIGGRAPH 1978).
    away = np.abs((hue[:, np.newaxis] - np.array([0.0, 2.0, 4.0]) + 3) % 6 - 3)
    pure = np.clip(2 - away, 0, 1)
    return pure - (pure @ np.array(LUMA))[:, np.newaxis]


def toward(degrees: float, chroma: float) -> tuple[float, ...]:
    """Return what to add to a grey for a colour of this hue, 0..360, and chroma, luma kept."""
    return tuple((chroma * directions(np.array([degrees / SIXTH]))[0]).tolist())


@inline
def green_of(red: np.float32, blue: np.float32) -> np.float32:
    """Return the green of what has no luma: red and blue tell it."""
    return -(_RED_SHARE * red + _BLUE_SHARE * blue)


@inline
def room(up: np.float32, down: np.float32, above: np.float32, below: np.float32) -> np.float32:
    """Return how many times `above` fits into `up` and `below` into `down`: the lesser of both.

    One division for two.
    """
    above += _TINY
    below += _TINY
    return min(up * below, down * above) / (above * below)


def reference_fitted(moved: Pixels, rgb: Pixels) -> Pixels:
    """Lead colours back toward their grey, as far as they left 0..1 and were not so far out before.

    `rgb` is the picture before it was moved.
    """
    grey = reference_luma(moved)
    top = np.maximum(rgb.max(axis=-1, keepdims=True), 1)
    floor = np.minimum(rgb.min(axis=-1, keepdims=True), 0)
    up = (top - grey) / (moved.max(axis=-1, keepdims=True) - grey + TINY)
    down = (grey - floor) / (grey - moved.min(axis=-1, keepdims=True) + TINY)
    return grey + (moved - grey) * np.minimum(np.minimum(up, down), 1)


def smooth_between(hue: Pixels, centres: Sequence[float], values: Sequence[float]) -> Pixels:
    """Return values that go from centre to centre in smooth steps; the last meets the first.

    `centres` grow from 0 to below 6.
    """
    knots, ends = np.array([*centres, 6.0]), np.array([*values, values[0]])
    first = np.clip(np.searchsorted(knots, hue, side="right") - 1, 0, len(centres) - 1)
    t = (hue - knots[first]) / (knots[first + 1] - knots[first])
    return ends[first] + t * t * (3 - 2 * t) * (ends[first + 1] - ends[first])
