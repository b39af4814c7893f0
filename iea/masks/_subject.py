"""The subject of a photo, on a small copy: what stands out from what reaches the edges.

Each pixel gets a score: how much of an island it is, how near the middle, whether a person's head
and body would be there, and whether its colour is more the subject's than the background's, which
is counted again from the scores so far. Scores are smoothed along edges; above nought is subject.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ._exact import Flags, Plane, box_mean, guided, ramp
from ._faces import Face
from ._lab import Planes
from ._pieces import closed, filled, halfway, largest, ranked

_BINS = 12
"""Of each of L*, a* and b*, when colours are counted."""
_ROUNDS = 6
_ISLAND, _ISLAND_FROM = 4.8, 0.21
"""How much it counts to be an island, and how high one is that counts neither way."""
_SEA, _SEA_TO = 0.5, 9.0
"""What counts as not even a shore, and how much less that is."""
_APART, _HIGH = 0.58, 0.84
"""Of the two measures of a full island, the first one's share, and the second one's rank."""
_MIDDLE, _MIDDLE_FROM = 1.8, 0.3
_PERSON = 2.0
_COLOUR = 4.6
_LEAN = 0.4
"""Towards subject: a part that is left out looks worse than one too many."""
_SOFTNESS = 3e-3
_RADIUS = 4
_SIDE = 256
"""Of the still smaller copy on which scores are found, about: what a subject is shows there."""


def subject(colours: Planes, sky: Flags, faces: Sequence[Face]) -> Plane:
    """Find the subject; sky is none of it, and faces are. Nothing if it is hardly there."""
    light = colours[0]
    rows, columns = light.shape
    step = max(round(max(rows, columns) / _SIDE), 1)
    small = np.stack([_shrunk(plane, step) for plane in colours])
    covered = _shrunk(sky.astype(np.float64), step) > 0.5
    scores = _scored(small, covered, [_scaled(one, 1 / step) for one in faces])
    whole = np.repeat(np.repeat(scores, step, 0), step, 1)[:rows, :columns]
    # The edges that the scores lost when the copy was made smaller come back from the lightness.
    score = guided(light / 100, whole, 2 * step, _SOFTNESS / 10) if step > 1 else whole
    found = largest((score > 0) & ~sky)
    if not 0.004 < found.sum() / found.size < 0.9:
        return np.zeros_like(light)
    return closed(filled(found, 0.03), max(rows // 100, 1))


def _scored(colours: Planes, sky: Flags, faces: Sequence[Face]) -> Plane:
    """Return every pixel's score."""
    light = colours[0]
    person = _persons(light.shape, faces) if faces else None
    base = _expected(colours, sky, person)
    edge = _edges(light.shape)
    if person is not None:
        edge &= person < 0.5
    bins = _binned(colours)
    radius = max(round(_RADIUS * max(light.shape) / _SIDE), 1)
    score = base
    for _ in range(_ROUNDS):
        share = 0.5 + 0.5 * score / np.sqrt(1.0 + score * score)
        ours = _counted(bins, np.where(edge, 0.2, 1.0) * share)
        theirs = _counted(bins, np.where(edge, 1.0, 1.0 - share))
        odds = ((ours - theirs) / (ours + theirs))[bins]
        score = guided(light / 100, base + _COLOUR * odds, radius, _SOFTNESS)
    return score


def _scaled(face: Face, scale: float) -> Face:
    left, top, right, bottom = (side * scale for side in face[:4])
    return Face(left, top, right, bottom, ())


@njit(cache=True, nogil=True, error_model="numpy")
def _shrunk(plane: Plane, step: int) -> Plane:
    """Return the means of squares of pixels; at the lower and right edge of what there is."""
    rows, columns = plane.shape
    out = np.empty((-(-rows // step), -(-columns // step)))
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            total, count = 0.0, 0
            for v in range(y * step, min((y + 1) * step, rows)):
                for u in range(x * step, min((x + 1) * step, columns)):
                    total += plane[v, u]
                    count += 1
            out[y, x] = total / count
    return out


def _expected(colours: Planes, sky: Flags, person: Plane | None) -> Plane:
    """Return the scores that do not depend on counted colours."""
    light = colours[0]
    barrier = islands(colours)
    # Whether few things stand out or most, what stands out is above the better of two measures.
    most = max(ranked(barrier, 0.98), 1.0)
    apart, high = 2 * halfway(np.minimum(barrier, most), most), ranked(barrier, _HIGH)
    full = _APART * apart + (1 - _APART) * high
    island = np.minimum(barrier / max(full, 10.0), 1.0)
    island -= _SEA * np.maximum(1.0 - barrier / _SEA_TO, 0.0)
    score = _ISLAND * (island - _ISLAND_FROM) + _MIDDLE * (_central(*light.shape) - _MIDDLE_FROM)
    if person is not None:
        score = 0.5 * score + _PERSON * (person - 0.5)
    return np.where(sky, -4.0, score) + _LEAN


def islands(colours: Planes) -> Plane:
    """Return how high a step must be taken from the upper edge or a side to come to each pixel.

    The least difference between the greatest and the least value on a way there, in L*, a* and b*
    together. Source: Zhang and others, "Minimum barrier salient object detection at 80 FPS", 2015.
    """
    edge = max(min(colours.shape[1:]) // 60, 1)
    a, b, c = (_barrier(box_mean(plane, 1), edge) for plane in colours)
    return a + b + c


@njit(cache=True, nogil=True, error_model="numpy")
def _barrier(plane: Plane, edge: int) -> Plane:
    rows, columns = plane.shape
    out = np.full((rows, columns), 1e9)
    out[:edge] = 0.0
    out[:, :edge] = 0.0
    out[:, -edge:] = 0.0
    high, low = plane.copy(), plane.copy()
    for turn in range(6):
        step = 1 if turn % 2 == 0 else -1
        for i in range(rows):
            y = i if step == 1 else rows - 1 - i
            for j in range(columns):
                x = j if step == 1 else columns - 1 - j
                for k in range(2):
                    v, u = y - step * (k == 0), x - step * (k == 1)
                    if v < 0 or v >= rows or u < 0 or u >= columns:
                        continue
                    upper = max(high[v, u], plane[y, x])
                    lower = min(low[v, u], plane[y, x])
                    if upper - lower < out[y, x]:
                        out[y, x], high[y, x], low[y, x] = upper - lower, upper, lower
    return out


def _edges(shape: tuple[int, int]) -> Flags:
    """Return the two sides and the top; a subject may stand on the lower edge."""
    wide = max(min(shape) // 10, 1)
    out = np.zeros(shape, np.bool_)
    out[:wide], out[:, :wide], out[:, -wide:] = True, True, True
    return out


def _binned(colours: Planes) -> npt.NDArray[np.int64]:
    places = [
        np.clip(((plane - low) / span * _BINS).astype(np.int64), 0, _BINS - 1)
        for plane, low, span in zip(colours, (0, -60, -60), (100, 120, 120), strict=True)
    ]
    return (places[0] * _BINS + places[1]) * _BINS + places[2]


def _counted(bins: npt.NDArray[np.int64], weights: Plane) -> Plane:
    """Return the share of each bin of colours, by weight; a little goes to the bins beside."""
    counts = np.reshape(_summed(bins, weights), (_BINS, _BINS, _BINS))
    for axis in range(3):
        swapped = np.moveaxis(counts, axis, 0)
        before = np.concatenate([swapped[:1], swapped[:-1]])
        after = np.concatenate([swapped[1:], swapped[-1:]])
        counts = np.moveaxis(0.25 * before + 0.5 * swapped + 0.25 * after, 0, axis)
    return np.ravel(counts) + 1e-9


@njit(cache=True, nogil=True, error_model="numpy")
def _summed(bins: npt.NDArray[np.int64], weights: Plane) -> Plane:
    counts = np.zeros(_BINS * _BINS * _BINS)
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


def _persons(shape: Any, faces: Sequence[Face]) -> Plane:
    """Return where the heads and bodies that belong to faces are likely to be, softly."""
    out = np.zeros(shape)
    for one in faces:
        middle = (one.left + one.right) / 2
        np.maximum(out, _person(shape, middle, one.top, one.bottom), out=out)
    return box_mean(out, max(shape[0] // 25, 1))


@njit(cache=True, nogil=True, error_model="numpy")
def _person(shape: Any, middle: float, top: float, bottom: float) -> Plane:
    """Return a head, with its hair, and shoulders that slope to a body."""
    out = np.zeros(shape)
    side = bottom - top
    for y in range(shape[0]):
        below = (y + 0.5 - bottom) / side
        half = 0.4 if below < 0.25 else min(0.4 + 2.0 * (below - 0.25), 1.45)
        for x in range(shape[1]):
            across = (x + 0.5 - middle) / side
            u, v = across / 0.62, (below + 0.6) / 0.85
            if u * u + v * v <= 1.0 or (below > 0.0 and abs(across) < half):
                out[y, x] = 1.0
    return out
