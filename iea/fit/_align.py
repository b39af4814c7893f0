"""Where a picture lies in another: turned by quarters, mirrored, cropped, made smaller.

Structure survives an edit and tones do not: what is compared is the luma less its surroundings, by
normalised cross-correlation (Lewis 1995, "Fast normalized cross-correlation"), on small copies.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from iea.errors import InvalidError
from iea.fit._copies import SIDE as COPY
from iea.fit._copies import Floats, Samples, fine, grey_of, likeness, on_grid

SIDE, RADIUS = 64, 6
"""The copy for whole pictures, and the surroundings on it."""
CELLS = 160
"""Long side of the copy that a crop is looked for in."""
ALIKE, FOUND = 0.55, 0.7
"""The likeness from which whole pictures are the same, and from which a crop is one."""
_SMALLEST = 20
"""Cells that the shorter side of a crop must cover: less is found anywhere."""
_SCALES = 0.95 ** np.arange(24)
"""How large a crop that was made smaller may have been, in shares of the largest that fits."""
_SHAPE = 0.012
"""By how much, as a share, sides of whole pictures may differ: they were rounded."""
_SURELY = 0.95


@dataclass(frozen=True)
class Place:
    """How the one picture comes from the other: first turned, then mirrored, then cropped.

    `turns` are quarter turns clockwise, -1..2; `box` is (left, top, right, bottom) in pixels of the
    turned picture; `size` is the width and height in the end.
    """

    turns: int
    mirrored: bool
    box: tuple[int, int, int, int]
    size: tuple[int, int]
    likeness: float

    @property
    def keeps_size(self) -> bool:
        """Whether a pixel is still a pixel."""
        return (self.box[2] - self.box[0], self.box[3] - self.box[1]) == self.size

    def cut(self, pixels: Samples) -> Samples:
        """Return the part of the earlier picture that is in the later one, in its own pixels."""
        left, top, right, bottom = self.box
        part = turned(pixels, self.turns, self.mirrored)[top:bottom, left:right]
        return np.ascontiguousarray(part)


def turned(array: Any, turns: int, mirrored: bool) -> Any:
    """Return a view of (rows, columns, ...), turned clockwise and then mirrored."""
    turned = np.rot90(array, -turns)
    return turned[:, ::-1] if mirrored else turned


def align(before: Samples, after: Samples) -> Place:
    """Find what of a picture became another.

    Raises `InvalidError` where nothing of the one is found in the other.
    """
    whole = _whole(before, after)
    if whole is not None and whole.keeps_size and whole.likeness > ALIKE:
        return whole
    cropped = _cropped(grey_of(before, COPY), grey_of(after, COPY), before, after)
    found = max(filter(None, (whole, cropped)), key=lambda place: place.likeness, default=None)
    if found is None or found.likeness < (FOUND if found is cropped else ALIKE):
        raise InvalidError(
            "AFTER does not look like an edit of BEFORE: give two versions of the same photo."
        )
    return found


def _ways() -> Iterator[tuple[int, bool]]:
    """Yield every turn, the most likely first, alone and with a mirror."""
    for mirrored in (False, True):
        for turns in (0, 1, -1, 2):
            yield turns, mirrored


def _whole(before: Samples, after: Samples) -> Place | None:
    """Return the way in which all of the picture most likely became the other, if any."""
    best: Place | None = None
    for place in _wholes(before, after):
        if best is None or place.likeness > best.likeness:
            best = place
        if best.likeness > _SURELY:
            break
    return best


def _wholes(before: Samples, after: Samples) -> Iterator[Place]:
    """Yield every way in which all of the picture may have become the other."""
    old, new = grey_of(before, 2 * SIDE), grey_of(after, 2 * SIDE)
    height, width = after.shape[:2]
    rows, columns = _grid(height, width, SIDE)
    target = fine(on_grid(new, rows, columns), RADIUS)
    for turns, mirrored in _ways():
        tall, wide = before.shape[:2][:: -1 if turns % 2 else 1]
        if abs(wide * height / (tall * width) - 1) > _SHAPE:
            continue
        laid = on_grid(turned(old, turns, mirrored), rows, columns)
        score = likeness(fine(laid, RADIUS), target)
        if turns == 0 and not mirrored:
            score = max(score, _flat_likeness(laid, target))
        yield Place(turns, mirrored, (0, 0, wide, tall), (width, height), score)


def _flat_likeness(old: Floats, target: Floats) -> float:
    """Return 1 where neither picture has any structure that could tell them apart, else 0."""
    return float(np.ptp(fine(old, RADIUS)) < 0.02 and np.ptp(target) < 0.02)


def _grid(height: int, width: int, side: float) -> tuple[int, int]:
    longest = max(height, width)
    return max(round(height * side / longest), 1), max(round(width * side / longest), 1)


def _cropped(old: Floats, new: Floats, before: Samples, after: Samples) -> Place | None:
    """Find the picture as a part of the other, whatever its size and turn."""
    best: Place | None = None
    for turns, mirrored in _ways():
        picture = turned(before, turns, mirrored)
        found = _Search(turned(old, turns, mirrored), new, picture.shape, after.shape).best()
        if found is None or (best is not None and found.likeness <= best.likeness):
            continue
        best = replace(found, turns=turns, mirrored=mirrored)
        if best.likeness > _SURELY:
            break
    if best is not None and best.likeness > FOUND and best.keeps_size:
        return _to_the_pixel(best, before, after)
    if best is not None and best.likeness > FOUND:
        return _polished(best, old, new, before.shape)
    return best


class _Search:
    """Looks for a picture in another of known size, at many scales."""

    def __init__(self, old: Floats, new: Floats, shape: Any, target: Any) -> None:
        self._tall, self._wide = int(shape[0]), int(shape[1])
        self._high, self._broad = int(target[0]), int(target[1])
        self._old, self._new = old, new
        self._laid: dict[int, Floats] = {}

    def best(self) -> Place | None:
        """Return the best place at any scale, None where the picture fits nowhere."""
        largest = min(self._wide / self._broad, self._tall / self._high)
        own = self._at(1.0, CELLS) if largest >= 1 else None
        if own is not None and own.likeness > FOUND + 0.1:
            return own
        found = [(scale, self._at(scale, CELLS)) for scale in largest * _SCALES]
        known = [(scale, place) for scale, place in found if place is not None]
        if not known:
            return own
        scale, place = max(known, key=lambda each: each[1].likeness)
        # The better the scale, the finer a copy shows a difference.
        for step, cells in ((0.015, CELLS), (0.004, 2 * CELLS), (0.0015, 3 * CELLS)):
            near = [scale * (1 + step * i) for i in (-1, 0, 1)]
            tried = [(s, self._at(min(s, largest), cells)) for s in near]
            better = [(s, p) for s, p in tried if p is not None]
            scale, place = max(better, key=lambda each: each[1].likeness, default=(scale, place))
        return place if own is None or place.likeness > own.likeness + 0.05 else own

    def _at(self, scale: float, cells: int) -> Place | None:
        """Return the best place at a scale: pixels of the old picture for one of the new."""
        cell = max(self._wide, self._tall) / cells
        rows, columns = (round(n * scale / cell) for n in (self._high, self._broad))
        if cells not in self._laid:
            grid = _grid(self._tall, self._wide, cells)
            self._laid[cells] = fine(on_grid(self._old, *grid), RADIUS)
        field = self._laid[cells]
        rows, columns = min(rows, field.shape[0]), min(columns, field.shape[1])
        if min(rows, columns) < _SMALLEST:
            return None
        template = fine(on_grid(self._new, rows, columns), RADIUS)
        score, y, x = _match(field, template)
        # Cells are whole, so what was compared is not quite of the scale that was asked for.
        wide, tall = (
            (self._broad, self._high)
            if scale == 1
            else (min(round(columns * cell), self._wide), min(round(rows * cell), self._tall))
        )
        left = min(max(round(x * cell), 0), self._wide - wide)
        top = min(max(round(y * cell), 0), self._tall - tall)
        box = (left, top, left + wide, top + tall)
        return Place(0, False, box, (self._broad, self._high), score)


def _match(field: Floats, template: Floats) -> tuple[float, int, int]:
    """Return the best likeness of a template in a field, and the row and column where it is."""
    shape = field.shape
    own = template - template.mean()
    spectrum = np.fft.rfft2(field) * np.conj(np.fft.rfft2(own, shape))
    rows, columns = template.shape
    inside = np.s_[: shape[0] - rows + 1, : shape[1] - columns + 1]
    products = np.fft.irfft2(spectrum, shape)[inside]
    sums, squares = (_window_sums(field**power, rows, columns) for power in (1, 2))
    spread = np.maximum(squares - sums * sums / template.size, 0)
    norm = np.sqrt(spread * np.square(own).sum())
    scores = np.where(norm > 1e-5 * template.size, products / np.maximum(norm, 1e-12), 0)
    y, x = np.unravel_index(int(scores.argmax()), scores.shape)
    return float(scores[y, x]), int(y), int(x)


def _window_sums(plane: Floats, rows: int, columns: int) -> Any:
    sums = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1))
    sums[1:, 1:] = plane.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    across = sums[:, columns:] - sums[:, :-columns]
    return across[rows:] - across[:-rows]


def _polished(place: Place, old: Floats, new: Floats, shape: tuple[int, ...]) -> Place:
    """Move each edge of a crop that was made smaller, for as long as that makes it more alike."""
    field = turned(old, place.turns, place.mirrored)
    cell = -(-max(shape) // COPY)
    width, height = (shape[1], shape[0])[:: -1 if place.turns % 2 else 1]
    most = (width / cell, height / cell) * 2
    rows, columns = _grid(place.size[1], place.size[0], 2 * SIDE)
    target = fine(on_grid(new, rows, columns), RADIUS)

    def alike(box: list[float]) -> float:
        return likeness(
            fine(on_grid(field, rows, columns, (box[0], box[1], box[2], box[3])), RADIUS), target
        )

    edges = [edge / cell for edge in place.box]
    best = alike(edges)
    for step in (0.8, -0.8, 0.4, -0.4, 0.2, -0.2):
        for edge in range(4):
            tried = [min(max(at + step * (i == edge), 0.0), most[i]) for i, at in enumerate(edges)]
            score = alike(tried)
            if score > best:
                best, edges = score, tried
    left, top, right, bottom = (round(edge * cell) for edge in edges)
    return replace(place, box=(left, top, right, bottom), likeness=best)


_PATCH = 192
"""Side, in pixels, of the part whose place is found to the pixel."""


def _to_the_pixel(place: Place, before: Samples, after: Samples) -> Place:
    """Return a place of pixels that kept their size, exactly."""
    width, height = place.size
    reach = round(1.5 * max(before.shape[:2]) / CELLS) + 2
    x0, y0 = max((width - _PATCH) // 2, 0), max((height - _PATCH) // 2, 0)
    patch = after[y0 : y0 + _PATCH, x0 : x0 + _PATCH]
    picture = turned(before, place.turns, place.mirrored)
    left, top = max(place.box[0] + x0 - reach, 0), max(place.box[1] + y0 - reach, 0)
    tall, wide = patch.shape[:2]
    around = picture[
        top : place.box[1] + y0 + tall + reach, left : place.box[0] + x0 + wide + reach
    ]
    score, y, x = _match(fine(_grey(around), RADIUS), fine(_grey(patch), RADIUS))
    x, y = left + x - x0, top + y - y0
    box = (x, y, x + width, y + height)
    fits = x >= 0 and y >= 0 and box[2] <= picture.shape[1] and box[3] <= picture.shape[0]
    return replace(place, box=box) if fits and score > ALIKE else place


def _grey(pixels: Any) -> Floats:
    peak = np.iinfo(pixels.dtype).max
    grey: Floats = (pixels.astype(np.float32).sum(axis=-1) / (3 * peak)).astype(np.float32)
    return grey
