"""Where sky, faces and the subject are on a small copy: by rules, without a network or torch."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from . import _faces
from ._exact import Flags, Plane, box_mean, ramp
from ._lab import Planes, lab

Small = npt.NDArray[np.float32]
"""(3, rows, columns), encoded RGB in 0..1."""

_BINS = 10
"""Of each of L*, a* and b*, when colours are counted."""


def sky(small: Small) -> Plane:
    """Find the sky: smooth, blue, bright or glowing, and joined to the upper edge."""
    colours = lab(small)
    light, a, b = colours
    mean = box_mean(light, 2)
    rough = np.sqrt(np.maximum(box_mean(light * light, 2) - mean * mean, 0))
    chroma = np.sqrt(a * a + b * b)
    blue = (b < -4) & (a < 14) & (light > 8)
    pale = (chroma < 14) & (light > 62)
    glowing = (light > 55) & (b > 4) & (a > -6) & (chroma < 40) & (rough < 2)
    likely = (blue | pale | glowing) & (rough < 4.5)
    found = _grown(colours, likely, 4.0)
    rows, columns = found.shape
    top = found[: max(rows // 50, 1)].any(axis=0).sum() / columns
    # What is dark and blue is night sky only where there is much of it.
    share = found.sum() / found.size
    if share < 0.2 and found.any() and light[found].max() < 40:
        return np.zeros_like(light)
    if top < 0.3 or share < 0.05 or found[-1].sum() > 0.5 * columns:
        return np.zeros_like(light)
    # Birds, wires and clouds' edges are holes in it.
    return _closed(found, max(rows // 100, 1))


def face(small: Small) -> Plane:
    """Find faces: an ellipse for each, a little larger than the square that was found."""
    out = np.zeros(small.shape[1:])
    for one in _faces.find(small):
        middle_x, middle_y = (one.left + one.right) / 2, (one.top + one.bottom) / 2
        wide, tall = 0.55 * (one.right - one.left), 0.68 * (one.bottom - one.top)
        np.maximum(out, _ellipse(out.shape, middle_x, middle_y, wide, tall), out)
    return out


def subject(small: Small) -> Plane:
    """Find the subject: what differs from the picture's edges, near the middle, in one piece."""
    light, _, _ = colours = lab(small)
    rows, columns = light.shape
    prior = _central(rows, columns)
    faces = _faces.find(small)
    if faces:
        person = np.zeros_like(light)
        for one in faces:
            np.maximum(person, _person(light.shape, one), person)
        prior = 0.1 * prior + person
    bins = _binned(colours)
    inside = prior
    # The edges are background: the two sides and the top; a subject may stand on the lower edge.
    edge = max(min(rows, columns) // 14, 1)
    outside = np.zeros_like(light)
    outside[:edge], outside[:, :edge], outside[:, -edge:] = 1.0, 1.0, 1.0
    share = np.zeros_like(light)
    for _ in range(4):
        ours, theirs = _counted(bins, inside), _counted(bins, outside)
        odds = ours[bins] / np.maximum(ours[bins] + theirs[bins], 1e-9)
        share = box_mean(odds * (0.25 + 0.75 * prior), max(rows // 80, 1))
        inside = np.maximum(share - 0.35, 0.0)
        outside = np.maximum(0.45 - share, 0.0)
    found = _largest(share > 0.42)
    if not 0.01 < found.sum() / found.size < 0.8:
        return np.zeros_like(light)
    return _closed(found, max(rows // 60, 1))


def background(small: Small) -> Plane:
    """Find what is not the subject; nothing where there is no subject."""
    found = subject(small)
    return 1.0 - found if found.any() else found


REGIONS: Mapping[str, Callable[[Small], Plane]] = MappingProxyType(
    {"sky": sky, "face": face, "subject": subject, "background": background}
)


def _binned(colours: Planes) -> npt.NDArray[np.int64]:
    places = [
        np.clip(((plane - low) / span * _BINS).astype(np.int64), 0, _BINS - 1)
        for plane, low, span in zip(colours, (0, -60, -60), (100, 120, 120), strict=True)
    ]
    return (places[0] * _BINS + places[1]) * _BINS + places[2]


@njit(cache=True, nogil=True, error_model="numpy")
def _counted(bins: npt.NDArray[np.int64], weights: Plane) -> Plane:
    """Return the share of each bin of colours, by weight."""
    counts = np.full(_BINS * _BINS * _BINS, 1e-6)
    whole = 1e-3
    for y in range(bins.shape[0]):
        for x in range(bins.shape[1]):
            counts[bins[y, x]] += weights[y, x]
            whole += weights[y, x]
    return counts / whole


@njit(cache=True, nogil=True, error_model="numpy")
def _central(rows: int, columns: int) -> Plane:
    out = np.empty((rows, columns))
    for y in range(rows):
        for x in range(columns):
            u = (2 * x + 1) / columns - 1
            v = (2 * y + 1) / rows - 1
            out[y, x] = 1.0 - ramp(np.sqrt(0.9 * u * u + 0.8 * v * v), 0.25, 1.05)
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _ellipse(shape: Any, x0: float, y0: float, wide: float, tall: float) -> Plane:
    out = np.empty(shape)
    for y in range(shape[0]):
        for x in range(shape[1]):
            u, v = (x + 0.5 - x0) / wide, (y + 0.5 - y0) / tall
            out[y, x] = 1.0 if u * u + v * v <= 1.0 else 0.0
    return out


def _person(shape: tuple[int, int], one: _faces.Face) -> Plane:
    """Return where a face's head and body are likely to be."""
    side = one.bottom - one.top
    middle = (one.left + one.right) / 2
    head = _ellipse(shape, middle, (one.top + one.bottom) / 2, 0.9 * side, 1.1 * side)
    body = _ellipse(shape, middle, one.bottom + 2.2 * side, 1.7 * side, 2.4 * side)
    return np.maximum(head, body)


@njit(cache=True, nogil=True, error_model="numpy")
def _grown(colours: Planes, likely: Flags, step: float) -> Flags:
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
def _largest(flags: Flags) -> Flags:
    """Return the largest piece of what is set, joined over edges."""
    rows, columns = flags.shape
    names = np.zeros((rows, columns), np.int64)
    stack = np.empty((rows * columns, 2), np.int64)
    best, most, name = 0, 0, 0
    for y0 in range(rows):
        for x0 in range(columns):
            if not flags[y0, x0] or names[y0, x0]:
                continue
            name += 1
            names[y0, x0] = name
            stack[0, 0], stack[0, 1] = y0, x0
            size, count = 1, 0
            while size > 0:
                size -= 1
                count += 1
                y, x = stack[size, 0], stack[size, 1]
                for k in range(4):
                    v, u = y + (k == 0) - (k == 1), x + (k == 2) - (k == 3)
                    if 0 <= v < rows and 0 <= u < columns and flags[v, u] and not names[v, u]:
                        names[v, u] = name
                        stack[size, 0], stack[size, 1] = v, u
                        size += 1
            if count > most:
                best, most = name, count
    return (names == best) & flags


def _closed(found: Flags, radius: int) -> Plane:
    """Close gaps of up to a radius, and holes that do not reach the edge and are small."""
    # Sums that run leave crumbs: what is above none is above a millionth.
    wide = box_mean(found.astype(np.float64), radius) > 1e-6
    narrow = box_mean((~wide).astype(np.float64), radius) <= 1e-6
    return (found | narrow).astype(np.float64)
