"""Pictures of another shape: crops, turns and warps, sampled once for all of a program's steps."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from iea.errors import InvalidError
from iea.native import Array, compiled, inline
from iea.program import Step
from iea.tools._declare import Planes

MAX_PIXELS = 200_000_000
"""Pixels that a picture may be enlarged to; as many as a photo may have."""

_SOURCE_SIDE = 512
"""The side of what one tile needs of the photo, about: three float planes of it are 3 MiB."""

Matrix = npt.NDArray[np.float64]
Tile = tuple[int, int, int, int]
"""Top, bottom, left and right of a part of the new picture; bottom and right are exclusive."""


class View(NamedTuple):
    """A picture of another shape: its size, and where each of its places lies in the photo.

    `matrix` is as in `iea.tools._move.Move`. `spread` is how far apart in the photo, across and
    down, neighbours of the new picture are taken, 1 at the least.
    """

    size: tuple[int, int]
    matrix: Matrix
    spread: tuple[float, float]

    @property
    def exact(self) -> bool:
        """Whether pixels are only moved: every place lies in the middle of a pixel."""
        linear = self.matrix[:2, :2]
        whole = np.array_equal(self.matrix, np.round(self.matrix))
        return whole and np.array_equal(np.abs(linear).sum(axis=0), [1, 1])

    @property
    def straight(self) -> bool:
        """Whether rows stay rows and columns stay columns."""
        matrix = self.matrix
        return not (matrix[0, 1] or matrix[1, 0] or matrix[2, 0] or matrix[2, 1])


def view_of(steps: Sequence[Step], size: tuple[int, int]) -> View:
    """Compose geometry steps, in pipeline order, into one view of a photo of a size.

    Raises `InvalidError` where the picture would have more than `MAX_PIXELS`.
    """
    matrix = np.eye(3)
    for step in steps:
        geometry = step.declared.geometry
        assert geometry is not None
        move = geometry(size, **step.params)
        size, matrix = move.size, matrix @ move.matrix
        if size[0] * size[1] > MAX_PIXELS:
            raise InvalidError(
                f"The picture would have {size[0]} × {size[1]} pixels, more than "
                f"{MAX_PIXELS // 10**6} million: choose a smaller size."
            )
    return View(size, matrix, _spread(matrix, size))


def _spread(matrix: Matrix, size: tuple[int, int]) -> tuple[float, float]:
    """Return the distance of neighbours' sources in the middle of the picture."""
    x, y = size[0] / 2, size[1] / 2
    middle, right, below = (_moved(matrix, *at) for at in ((x, y), (x + 1, y), (x, y + 1)))
    across, down = right - middle, below - middle
    wide, tall = (float(np.hypot(across[i], down[i])) for i in (0, 1))
    # Rounded, as a turn alone must not blur: its distance is 1 but for the last digits.
    return max(round(wide, 6), 1.0), max(round(tall, 6), 1.0)


def _moved(matrix: Matrix, x: float, y: float) -> npt.NDArray[np.float64]:
    u, v, w = matrix @ np.array([x, y, 1.0])
    return np.array([u / w, v / w])


def source_rect(view: View, tile: Tile, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what a tile needs of a photo of a size."""
    top, bottom, left, right = tile
    corners = [_moved(view.matrix, x, y) for x in (left, right) for y in (top, bottom)]
    box = []
    for axis, length in enumerate(size):
        room = 2 * view.spread[axis] + 2
        at = [corner[axis] for corner in corners]
        low = min(max(int(np.floor(min(at) - room)), 0), length - 1)
        box.append((low, max(min(int(np.ceil(max(at) + room)), length), low + 1)))
    return box[0][0], box[1][0], box[0][1], box[1][1]


def tiles(view: View, window: Tile) -> Iterator[Tile]:
    """Cut a part of the new picture into tiles whose sources fit a core's cache."""
    side = max(int(_SOURCE_SIDE / max(view.spread)), 16)
    top, bottom, left, right = window
    for y in range(top, bottom, side):
        for x in range(left, right, side):
            yield y, min(y + side, bottom), x, min(x + side, right)


def sample(planes: Planes, left: int, top: int, view: View, tile: Tile, out: Planes) -> None:
    """Fill a tile of the new picture from a block of the photo that starts at (left, top).

    By Catmull-Rom splines, widened by `view.spread` so that what is made smaller does not alias. A
    place outside the photo takes its edge. The same bits whatever the tile.
    """
    if view.exact:
        _copy(planes, left, top, view.matrix, tile[0], tile[2], out)
    elif view.straight:
        across = _taps(view, 0, tile[2], tile[3], left, planes.shape[2])
        down = _taps(view, 1, tile[0], tile[1], top, planes.shape[1])
        _sample_straight(planes, *across, *down, out)
    elif view.spread == (1.0, 1.0):
        _sample_turned(planes, left, top, view.matrix, tile[0], tile[2], out)
    else:
        _sample_warped(planes, left, top, view.matrix, *view.spread, tile[0], tile[2], out)


def _taps(view: View, axis: int, first: int, last: int, start: int, length: int) -> tuple[Any, Any]:
    """Return where the taps of each column or row begin in the block, and their weights."""
    spread, matrix = view.spread[axis], view.matrix
    at = matrix[axis, axis] * (np.arange(first, last) + 0.5) + matrix[axis, 2] - 0.5
    taps = int(np.ceil(4 * spread)) + 1
    begin = np.floor(at - 2 * spread).astype(np.int64) + 1
    places = begin[:, np.newaxis] + np.arange(taps)
    weights = _catmull_rom_reference(np.abs(places - at[:, np.newaxis]) / spread)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.clip(places - start, 0, length - 1), weights.astype(np.float32)


def _catmull_rom_reference(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


@inline
def _catmull_rom(x: float) -> float:
    if x < 1.0:
        return (1.5 * x - 2.5) * x * x + 1.0
    if x < 2.0:
        return ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return 0.0


_PLANES, _MATRIX = Array(3), Array(2, np.float64)
_PLACES, _WEIGHTS = Array(2, np.int64), Array(2)

_HALF, _ONE = np.float32(0.5), np.float32(1)
_THREE_HALVES, _FIVE_HALVES = np.float32(1.5), np.float32(2.5)


@compiled(_PLANES, int, int, _MATRIX, int, int, _PLANES)
def _copy(
    planes: Planes, left: int, top: int, matrix: Matrix, first_row: int, first: int, out: Planes
) -> None:
    for y in range(out.shape[1]):
        for x in range(out.shape[2]):
            u, v = first + x + 0.5, first_row + y + 0.5
            column = int(matrix[0, 0] * u + matrix[0, 1] * v + matrix[0, 2]) - left
            row = int(matrix[1, 0] * u + matrix[1, 1] * v + matrix[1, 2]) - top
            for c in range(3):
                out[c, y, x] = planes[c, row, column]


@compiled(_PLANES, _PLACES, _WEIGHTS, _PLACES, _WEIGHTS, _PLANES)
def _sample_straight(
    planes: Planes, columns: Any, across: Planes, rows: Any, down: Planes, out: Planes
) -> None:
    """First along the rows, then along the columns."""
    squeezed = np.empty((planes.shape[1], out.shape[2]), np.float32)
    for c in range(3):
        for y in range(planes.shape[1]):
            line = planes[c, y]
            for x in range(out.shape[2]):
                total = np.float32(0)
                for i in range(across.shape[1]):
                    total += across[x, i] * line[columns[x, i]]
                squeezed[y, x] = total
        for y in range(out.shape[1]):
            line = out[c, y]
            line[:] = np.float32(0)
            for i in range(down.shape[1]):
                weight, source = down[y, i], squeezed[rows[y, i]]
                for x in range(out.shape[2]):
                    line[x] += weight * source[x]


@inline
def _four_weights(t: np.float32) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """Return Catmull-Rom's weights of the neighbours at -1, 0, 1 and 2, for a place at t, 0..1."""
    rest = _ONE - t
    return (
        -_HALF * t * rest * rest,
        _ONE + t * t * (_THREE_HALVES * t - _FIVE_HALVES),
        _ONE + rest * rest * (_THREE_HALVES * rest - _FIVE_HALVES),
        -_HALF * rest * t * t,
    )


@compiled(_PLANES, int, int, _MATRIX, int, int, _PLANES)
def _sample_turned(
    planes: Planes, left: int, top: int, matrix: Matrix, first_row: int, first: int, out: Planes
) -> None:
    """The same as `_sample_warped` where nothing is made smaller: four taps each way."""
    rows, columns = planes.shape[1], planes.shape[2]
    for y in range(out.shape[1]):
        v = first_row + y + 0.5
        for x in range(out.shape[2]):
            u = first + x + 0.5
            depth = 1.0 / (matrix[2, 0] * u + matrix[2, 1] * v + matrix[2, 2])
            at_x = (matrix[0, 0] * u + matrix[0, 1] * v + matrix[0, 2]) * depth - 0.5
            at_y = (matrix[1, 0] * u + matrix[1, 1] * v + matrix[1, 2]) * depth - 0.5
            column, row = np.floor(at_x), np.floor(at_y)
            a0, a1, a2, a3 = _four_weights(np.float32(at_x - column))
            d0, d1, d2, d3 = _four_weights(np.float32(at_y - row))
            i, j = int(column) - left, int(row) - top
            i0, i1 = (
                np.uintp(min(max(i - 1, 0), columns - 1)),
                np.uintp(min(max(i, 0), columns - 1)),
            )
            i2, i3 = (
                np.uintp(min(max(i + 1, 0), columns - 1)),
                np.uintp(min(max(i + 2, 0), columns - 1)),
            )
            j0, j1 = np.uintp(min(max(j - 1, 0), rows - 1)), np.uintp(min(max(j, 0), rows - 1))
            j2, j3 = np.uintp(min(max(j + 1, 0), rows - 1)), np.uintp(min(max(j + 2, 0), rows - 1))
            for c in range(3):
                p = planes[c]
                l0 = a0 * p[j0, i0] + a1 * p[j0, i1] + a2 * p[j0, i2] + a3 * p[j0, i3]
                l1 = a0 * p[j1, i0] + a1 * p[j1, i1] + a2 * p[j1, i2] + a3 * p[j1, i3]
                l2 = a0 * p[j2, i0] + a1 * p[j2, i1] + a2 * p[j2, i2] + a3 * p[j2, i3]
                l3 = a0 * p[j3, i0] + a1 * p[j3, i1] + a2 * p[j3, i2] + a3 * p[j3, i3]
                out[c, y, x] = d0 * l0 + d1 * l1 + d2 * l2 + d3 * l3


@compiled(_PLANES, int, int, _MATRIX, float, float, int, int, _PLANES)
def _sample_warped(
    planes: Planes,
    left: int,
    top: int,
    matrix: Matrix,
    wide: float,
    tall: float,
    first_row: int,
    first: int,
    out: Planes,
) -> None:
    rows, columns = planes.shape[1], planes.shape[2]
    across = np.empty(int(np.ceil(4 * wide)) + 1, np.float32)
    down = np.empty(int(np.ceil(4 * tall)) + 1, np.float32)
    places = np.empty(across.size, np.int64)
    for y in range(out.shape[1]):
        v = first_row + y + 0.5
        for x in range(out.shape[2]):
            u = first + x + 0.5
            depth = matrix[2, 0] * u + matrix[2, 1] * v + matrix[2, 2]
            at_x = (matrix[0, 0] * u + matrix[0, 1] * v + matrix[0, 2]) / depth - 0.5
            at_y = (matrix[1, 0] * u + matrix[1, 1] * v + matrix[1, 2]) / depth - 0.5
            begin_x = int(np.floor(at_x - 2 * wide)) + 1
            begin_y = int(np.floor(at_y - 2 * tall)) + 1
            whole_x = whole_y = 0.0
            for i in range(across.size):
                weight = _catmull_rom(abs(begin_x + i - at_x) / wide)
                across[i] = weight
                whole_x += weight
                places[i] = min(max(begin_x + i - left, 0), columns - 1)
            for j in range(down.size):
                weight = _catmull_rom(abs(begin_y + j - at_y) / tall)
                down[j] = weight
                whole_y += weight
            share = np.float32(1.0 / (whole_x * whole_y))
            r = g = b = np.float32(0)
            for j in range(down.size):
                row = min(max(begin_y + j - top, 0), rows - 1)
                red, green, blue = planes[0, row], planes[1, row], planes[2, row]
                lr = lg = lb = np.float32(0)
                for i in range(across.size):
                    place = places[i]
                    lr += across[i] * red[place]
                    lg += across[i] * green[place]
                    lb += across[i] * blue[place]
                r += down[j] * lr
                g += down[j] * lg
                b += down[j] * lb
            out[0, y, x], out[1, y, x], out[2, y, x] = r * share, g * share, b * share
