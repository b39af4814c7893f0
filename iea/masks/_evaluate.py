"""From what a mask says to how much of a step each pixel gets."""

from typing import Any, get_args

import numpy as np
import numpy.typing as npt
from numba import njit

from ._exact import Plane, box_mean, cosine, heading, lines, ramp, sine
from ._lab import Planes, lab
from ._mask import (
    Colour,
    Linear,
    Luminance,
    Mask,
    Part,
    Radial,
    Region,
    RegionName,
    Shape,
)
from ._regions import REGIONS, Small

_LUMA = (0.2126, 0.7152, 0.0722)
_RADIUS = 2
"""Of the windows in which a mask follows the luma, on the copy."""
_SOFTNESS = 1e-4
"""The variance of luma from which an edge is an edge."""
_LIGHT_FADE = 20.0
_GREY, _COLOURED = 4.0, 12.0
"""Chroma below the first has no hue; from the second on it has."""


def coefficients(
    mask: Mask, small: Small, step: int, size: tuple[int, int]
) -> npt.NDArray[np.float32]:
    """Return planes (2, rows, columns) that make a mask of a photo: slope and rest.

    `small` is a copy of the photo, each of its pixels `step` by `step` of the photo's, whose width
    and height are `size`. The mask at a place of the photo is slope x luma + rest there, held to
    0..1, with the planes interpolated: so it follows edges that the copy does not show. Source: He
    and Sun, "Fast guided filter", 2015.
    """
    cover = evaluate(mask, small, step, size)
    if all(isinstance(part.shape, Linear | Radial) for part in mask.parts):
        return np.stack([np.zeros_like(cover), cover]).astype(np.float32)
    luma = sum(
        weight * plane.astype(np.float64) for weight, plane in zip(_LUMA, small, strict=True)
    )
    return np.stack(lines(np.asarray(luma), cover, _RADIUS, _SOFTNESS)).astype(np.float32)


def evaluate(mask: Mask, small: Small, step: int, size: tuple[int, int]) -> Plane:
    """Return the mask on the copy itself, 0..1, (rows, columns)."""
    colours = lab(small)
    whole = np.zeros(small.shape[1:])
    for part in mask.parts:
        whole = _joined(whole, part, _cover(part.shape, small, colours, step, size))
    return 1.0 - whole if mask.invert else whole


def _joined(whole: Plane, part: Part, cover: Plane) -> Plane:
    if part.invert:
        cover = 1.0 - cover
    if part.op == "add":
        return 1.0 - (1.0 - whole) * (1.0 - cover)
    return whole * (cover if part.op == "and" else 1.0 - cover)


def _cover(shape: Shape, small: Small, colours: Planes, step: int, size: tuple[int, int]) -> Plane:
    width, height = (float(side) for side in size)
    match shape:
        case Linear():
            ends = (shape.x1 * width, shape.y1 * height, shape.x2 * width, shape.y2 * height)
            return _linear(small.shape[1], small.shape[2], step, ends)
        case Radial():
            place = (shape.x * width, shape.y * height, shape.width * width, shape.height * height)
            turn = (cosine(shape.angle), sine(shape.angle))
            fade = shape.feather / 100
            return _radial(small.shape[1], small.shape[2], step, place, turn, fade)
        case Luminance():
            return _luminance(colours[0], shape.low, shape.high, _LIGHT_FADE * shape.feather / 100)
        case Colour():
            return _colour(colours, shape.hue, shape.range, shape.feather / 100)
        case Region():
            return _soft(REGIONS[shape.name](small), shape.feather)


@njit(cache=True, nogil=True, error_model="numpy")
def _linear(rows: int, columns: int, step: int, ends: Any) -> Plane:
    x1, y1, x2, y2 = ends
    out = np.empty((rows, columns))
    length = (x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1)
    for y in range(rows):
        for x in range(columns):
            along = ((x + 0.5) * step - x1) * (x2 - x1) + ((y + 0.5) * step - y1) * (y2 - y1)
            out[y, x] = 1.0 - ramp(along / length, 0.0, 1.0)
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _radial(rows: int, columns: int, step: int, place: Any, turn: Any, fade: float) -> Plane:
    x0, y0, wide, tall = place
    cosine, sine = turn
    out = np.empty((rows, columns))
    for y in range(rows):
        for x in range(columns):
            u, v = (x + 0.5) * step - x0, (y + 0.5) * step - y0
            across, down = (u * cosine + v * sine) / wide, (v * cosine - u * sine) / tall
            out[y, x] = 1.0 - ramp(np.sqrt(across * across + down * down), 1.0 - fade, 1.0)
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _luminance(light: Plane, low: float, high: float, fade: float) -> Plane:
    out = np.empty_like(light)
    for y in range(light.shape[0]):
        for x in range(light.shape[1]):
            value = light[y, x]
            out[y, x] = ramp(value, low - fade, low) * (1.0 - ramp(value, high, high + fade + 1e-9))
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _colour(colours: Planes, hue: float, around: float, fade: float) -> Plane:
    rows, columns = colours.shape[1:]
    out = np.empty((rows, columns))
    for y in range(rows):
        for x in range(columns):
            a, b = colours[1, y, x], colours[2, y, x]
            apart = abs(heading(b, a) - hue)
            apart = min(apart, 360.0 - apart)
            near = 1.0 - ramp(apart, around * (1.0 - fade), around + 1e-9)
            out[y, x] = near * ramp(np.sqrt(a * a + b * b), _GREY, _COLOURED)
    return out


def _soft(cover: Plane, feather: float) -> Plane:
    """Soften a region's edge, over up to a fiftieth of the copy's longer side."""
    radius = round(feather / 100 * max(cover.shape) / 100)
    for _ in range(2 if radius else 0):
        cover = box_mean(cover, radius)
    return cover


def warm() -> None:
    """Compile what finds masks, or load it from the cache: for set-up, so that no user waits."""
    shapes: list[Shape] = [
        Linear(0, 0, 1, 1),
        Radial(0.5, 0.5, 0.3, 0.3),
        Luminance(20, 80),
        Colour(40, 30),
        *(Region(name) for name in get_args(RegionName)),
    ]
    noise = np.random.default_rng(0).random((3, 64, 64)).astype(np.float32)
    mask = Mask(tuple(Part(shape) for shape in shapes))
    coefficients(mask, noise, 1, (64, 64))
