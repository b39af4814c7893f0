"""Where sky, faces and the subject are on a small copy: by rules, without torch."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from . import _faces, _subject
from ._exact import Flags, Plane, box_mean
from ._lab import Planes, lab
from ._pieces import closed, grown, mean_in, pieces, ranked

Small = npt.NDArray[np.float32]
"""(3, rows, columns), encoded RGB in 0..1."""

_FACE_WIDE, _FACE_TALL = 0.52, 0.56
"""Of a face's ellipse, half: shares of the square's sides that was found."""


def sky(small: Small) -> Plane:
    """Find the sky: smooth, blue, bright or glowing, and joined to the upper edge."""
    return _sky(lab(small)).astype(np.float64)


def _sky(colours: Planes) -> Flags:
    light, a, b = colours
    mean = box_mean(light, 2)
    rough = np.sqrt(np.maximum(box_mean(light * light, 2) - mean * mean, 0))
    chroma = np.sqrt(a * a + b * b)
    blue = (b < -4) & (a < 14) & (light > 8)
    # Clouds are grey or bluish; what is pale and warm is a wall.
    pale = (chroma < 14) & (light > 62) & (b < 2.5) & (a < 3)
    glowing = (light > 55) & (b > 4) & (a > -6) & (chroma >= 14) & (chroma < 60) & (rough < 2)
    likely = (blue | pale | glowing) & (rough < 4.5)
    found = grown(colours, likely, 4.0)
    found[_horizon(light, found) :] = False
    if not _is_sky(colours, found):
        return np.zeros_like(found)
    found |= _openings(colours, likely & blue, found)
    # Birds, wires and clouds' edges are holes in it.
    return closed(found, max(found.shape[0] // 100, 1)) > 0


def _is_sky(colours: Planes, found: Flags) -> bool:
    """Say whether what grew from the upper edge is sky rather than a wall or a dark corner."""
    light, _, b = colours
    rows, columns = found.shape
    share = found.sum() / found.size
    top = found[: max(rows // 50, 1)].any(axis=0).sum() / columns
    if top < 0.3 or share < 0.05 or found[-1].sum() > 0.5 * columns:
        return False
    # What is dark and blue is night sky only where there is much of it.
    if share < 0.2 and light[found].max() < 40:
        return False
    if mean_in(b, found) < -4:
        return True
    # Without blue: only if it is lighter than nearly all else and the land is far darker.
    level, rest = ranked(light[found], 0.5), light[~found]
    return level > ranked(rest, 0.85) and level > ranked(rest, 0.5) + 20


@njit(cache=True, nogil=True, error_model="numpy")
def _horizon(light: Plane, found: Flags) -> int:
    """Return the row of a level edge right across, below which it is darker: water in haze.

    The number of rows where there is none.
    """
    rows, columns = light.shape
    deep, best, cut = 3, 3.0, rows
    for y in range(max(rows // 10, deep), rows - deep):
        both, lower, sum_ = 0, 0, 0.0
        for x in range(columns):
            if not (found[y - deep, x] and found[y + deep - 1, x]):
                continue
            drop = 0.0
            for k in range(deep):
                drop += light[y - 1 - k, x] - light[y + k, x]
            both += 1
            lower += drop > 2.0 * deep
            sum_ += drop / deep
        if both > 0.15 * columns and lower > 0.85 * both and sum_ / both > best:
            best, cut = sum_ / both, y
    return cut


def _openings(colours: Planes, likely: Flags, found: Flags) -> Flags:
    """Find more of a blue sky by day, seen through arches and leaves: pieces of its colour."""
    light, _, b = colours
    level, blueness = mean_in(light, found), mean_in(b, found)
    out = np.zeros_like(found)
    if blueness > -8 or level < 50:
        return out
    names, sizes = pieces(likely & ~found)
    for name in np.nonzero(sizes > 0.0004 * found.size)[0]:
        piece = names == name
        if name and mean_in(light, piece) > level - 15 and mean_in(b, piece) < 0.5 * blueness:
            out |= piece
    return out


def face(small: Small) -> Plane:
    """Find faces: an ellipse for each, from the hair to the chin."""
    out = np.zeros(small.shape[1:])
    for one in _faces.find(small):
        middle_x, middle_y = (one.left + one.right) / 2, (one.top + one.bottom) / 2
        wide, tall = one.right - one.left, one.bottom - one.top
        found = _ellipse(
            out.shape, middle_x, middle_y + 0.04 * tall, _FACE_WIDE * wide, _FACE_TALL * tall
        )
        np.maximum(out, found, out=out)
    return out


def subject(small: Small) -> Plane:
    """Find the subject: what stands out from the picture's edges, in one piece."""
    colours = lab(small)
    return _subject.subject(colours, _sky(colours), _faces.find(small))


def background(small: Small) -> Plane:
    """Find what is not the subject; nothing where there is no subject."""
    found = subject(small)
    return 1.0 - found if found.any() else found


REGIONS: Mapping[str, Callable[[Small], Plane]] = MappingProxyType(
    {"sky": sky, "face": face, "subject": subject, "background": background}
)


@njit(cache=True, nogil=True, error_model="numpy")
def _ellipse(shape: Any, x0: float, y0: float, wide: float, tall: float) -> Plane:
    out = np.empty(shape)
    for y in range(shape[0]):
        for x in range(shape[1]):
            u, v = (x + 0.5 - x0) / wide, (y + 0.5 - y0) / tall
            out[y, x] = 1.0 if u * u + v * v <= 1.0 else 0.0
    return out
