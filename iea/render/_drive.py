"""The compiled loops: load a block, call the kernels one after another, round once, store.

What a program needs beside its kernels comes in two arrays: `numbers`, one row of float32 with
all constants, maps and masks, and `table`, a line for each pass that says where they lie in it.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit, typed, types

from iea.tools._declare import SIGNATURE, Constants, Planes, inline
from iea.tools._pixel import luma, unit

_KERNEL = types.FunctionType(SIGNATURE)
KERNELS = types.ListType(_KERNEL)  # type: ignore[no-untyped-call]

Table = npt.NDArray[np.int64]


# The columns of `table`. A pass without maps has 0 of them; without a mask, its place is -1.
CONSTANTS, CONSTANTS_END = 0, 1
MAPS, MAPS_AT, MAPS_ROWS, MAPS_COLUMNS, MAPS_STEP = 2, 3, 4, 5, 6
MASK_AT, MASK_ROWS, MASK_COLUMNS, MASK_STEP = 7, 8, 9, 10
COLUMNS = 11

_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)

_NUMBERS_TYPE = types.Array(types.float32, 1, "C")
_TABLE_TYPE = types.Array(types.int64, 2, "C")
_PLANES_TYPE = types.Array(types.float32, 3, "C")
_GREY_TYPE = types.Array(types.float32, 2, "C")


@inline
def _load(line: npt.NDArray[Any], mixed: npt.NDArray[Any], planes: Planes, y: int) -> None:
    """Take a row of samples, interleaved, apart, then make them 0..1.

    Apart they are taken as whole numbers: compilers know how to do that with vectors.
    """
    columns = planes.shape[2]
    r, g, b = mixed[0], mixed[1], mixed[2]
    for x in range(columns):
        r[x], g[x], b[x] = line[3 * x], line[3 * x + 1], line[3 * x + 2]
    step = _ONE / np.float32(_peak(line))
    for c in range(3):
        out, samples = planes[c, y], mixed[c]
        for x in range(columns):
            out[x] = np.float32(samples[x]) * step


@inline
def _store(
    planes: Planes, y: int, first: int, last: int, mixed: npt.NDArray[Any], line: npt.NDArray[Any]
) -> None:
    """Round a part of a row, the only rounding there is, and interleave it."""
    peak = np.float32(_peak(line))
    for c in range(3):
        row, samples = planes[c, y, first:last], mixed[c]
        for x in range(last - first):
            samples[x] = np.int32(min(max(row[x], _ZERO), _ONE) * peak + _HALF)
    r, g, b = mixed[0], mixed[1], mixed[2]
    for x in range(last - first):
        line[3 * x], line[3 * x + 1], line[3 * x + 2] = r[x], g[x], b[x]


@inline
def _peak(line: npt.NDArray[Any]) -> int:
    """Return the largest sample: 255 or 65535."""
    return (1 << (8 * line.itemsize)) - 1


@njit(nogil=True, error_model="numpy")
def _enlarge(small: Planes, step: int, left: int, top: int, out: Planes) -> None:
    """Interpolate the part of a map that a block lies on, between the middles of its pixels."""
    rows, columns = small.shape[0], small.shape[1]
    line = np.empty(columns, np.float32)
    first = max((2 * left - step + 1) // (2 * step), 0)
    for y in range(out.shape[0]):
        v = min(
            max((np.float32(top + y) + _HALF) / np.float32(step) - _HALF, _ZERO),
            np.float32(rows - 1),
        )
        j = min(int(v), max(rows - 2, 0))
        upper, lower, down = small[j], small[min(j + 1, rows - 1)], v - np.float32(j)
        last = min((left + out.shape[1]) // step + 2, columns)
        for i in range(max(first - 1, 0), last):
            line[i] = upper[i] + down * (lower[i] - upper[i])
        _stretch(line, columns, step, left, out[y])


@inline
def _stretch(line: Constants, cells: int, step: int, left: int, out: Constants) -> None:
    """Interpolate a row: cell by cell, so that each inner loop is a straight line."""
    half = step // 2
    columns = out.size
    for x in range(min(max(half - left, 0), columns)):
        out[x] = line[0]
    inverse = _ONE / np.float32(step)
    for i in range(max((left - half) // step, 0), cells):
        # The pixels whose middles lie between the middles of cells i and i + 1.
        start, end = (step * (2 * i + 1)) // 2, (step * (2 * i + 3)) // 2
        if start - left >= columns:
            break
        x0, x1 = max(start - left, 0), min(end - left, columns)
        if i == cells - 1:
            x1 = columns
        rise = line[min(i + 1, cells - 1)] - line[i]
        # Counted from the cell, not from the block: the same bits wherever a block begins.
        offset, behind = _HALF * np.float32(1 - step % 2) * inverse, np.int32(left - start)
        for x in range(x0, x1):
            share = np.float32(np.int32(x) + behind) * inverse + offset
            out[x] = line[i] + rise * share


@njit(nogil=True, error_model="numpy")
def _lay_maps(
    numbers: Constants, at: int, rows: int, columns: int, step: int, frame: Any, out: Planes
) -> None:
    size = rows * columns
    for n in range(out.shape[0]):
        small = numbers[at + n * size : at + (n + 1) * size].reshape((rows, columns))
        _enlarge(small, step, frame[0], frame[1], out[n])


@njit(nogil=True, error_model="numpy")
def _blend(planes: Planes, kept: Planes, cover: Planes, grey: Planes) -> None:
    """Go back to what was kept as far as the mask, slope x grey + rest, is below 1."""
    for y in range(planes.shape[1]):
        slope, rest, tone = cover[0, y], cover[1, y], grey[y]
        for x in range(tone.size):
            slope[x] = unit(slope[x] * tone[x] + rest[x])
        for c in range(3):
            new, old = planes[c, y], kept[c, y]
            for x in range(tone.size):
                new[x] = old[x] + slope[x] * (new[x] - old[x])


@njit(nogil=True, error_model="numpy")
def run(
    planes: Planes,
    grey: Planes,
    kernels: Any,
    table: Table,
    numbers: Constants,
    scratch: int,
    first: int,
    last: int,
    frame: Any,
) -> None:
    """Carry passes `first` to `last` out on a block in place; `grey` is the photo's luma there."""
    rows, columns = planes.shape[1], planes.shape[2]
    size = rows * columns
    spare = np.empty(scratch * size, np.float32)
    work = spare.reshape((scratch, rows, columns))
    for k in range(first, last):
        line = table[k]
        maps = np.empty((line[MAPS], rows, columns), np.float32)
        if line[MAPS] > 0:
            _lay_maps(
                numbers,
                line[MAPS_AT],
                line[MAPS_ROWS],
                line[MAPS_COLUMNS],
                line[MAPS_STEP],
                frame,
                maps,
            )
        constants = numbers[line[CONSTANTS] : line[CONSTANTS_END]]
        if line[MASK_AT] < 0:
            kernels[k](planes, work, frame, constants, maps)
        else:
            kept = planes.copy()
            kernels[k](planes, work, frame, constants, maps)
            cover = np.empty((2, rows, columns), np.float32)
            _lay_maps(
                numbers,
                line[MASK_AT],
                line[MASK_ROWS],
                line[MASK_COLUMNS],
                line[MASK_STEP],
                frame,
                cover,
            )
            _blend(planes, kept, cover, grey)


def _block_signature(sample: Any) -> Any:
    source = types.Array(sample, 3, "C", readonly=True)
    return types.void(source, types.int64, types.int64, _PLANES_TYPE, _GREY_TYPE)


def _tile_signature(sample: Any) -> Any:
    numbers = (types.int64,) * 4
    target = types.Array(sample, 3, "C")
    return types.void(_PLANES_TYPE, types.Array(types.int64, 1, "C"), *numbers, target)


@njit(
    [_block_signature(types.uint8), _block_signature(types.uint16)],
    cache=True,
    nogil=True,
    error_model="numpy",
)
def load(source: npt.NDArray[Any], left: int, top: int, planes: Planes, grey: Planes) -> None:
    """Load the block of a picture that starts at (left, top); its luma too if `grey` has rows."""
    rows, columns = planes.shape[1], planes.shape[2]
    mixed = np.empty((3, columns), source.dtype)
    for y in range(rows):
        _load(source[top + y, left : left + columns].reshape(3 * columns), mixed, planes, y)
    for y in range(grey.shape[0]):
        r, g, b, tone = planes[0, y], planes[1, y], planes[2, y], grey[y]
        for x in range(columns):
            tone[x] = luma(r[x], g[x], b[x])


@njit(
    [_tile_signature(types.uint8), _tile_signature(types.uint16)],
    cache=True,
    nogil=True,
    error_model="numpy",
)
def store(
    planes: Planes, tile: Any, left: int, top: int, x0: int, y0: int, target: npt.NDArray[Any]
) -> None:
    """Store a tile of a block that starts at (left, top) of the picture."""
    first, last = tile[2] - left, tile[3] - left
    mixed = np.empty((3, last - first), target.dtype)
    for y in range(tile[0], tile[1]):
        line = target[y - y0, tile[2] - x0 : tile[3] - x0].reshape(3 * (last - first))
        _store(planes, y - top, first, last, mixed, line)


@njit(KERNELS(), cache=True)
def kernel_list() -> Any:
    """Return an empty list of kernels; Numba's own way compiles it at every start."""
    return typed.List.empty_list(_KERNEL)


@njit(types.void(KERNELS, _KERNEL), cache=True)
def add_kernel(kernels: Any, kernel: Any) -> None:
    """Put a kernel at the end of a list."""
    kernels.append(kernel)


def _drive_signature(sample: Any) -> Any:
    source = types.Array(sample, 3, "C", readonly=True)
    return types.void(
        source,
        types.Array(sample, 4, "C"),
        types.int64,
        types.int64,
        KERNELS,
        _TABLE_TYPE,
        _NUMBERS_TYPE,
        types.int64,
        types.int64,
        types.boolean,
        _TABLE_TYPE,
        _TABLE_TYPE,
    )


@njit(
    [_drive_signature(types.uint8), _drive_signature(types.uint16)],
    cache=True,
    nogil=True,
    error_model="numpy",
)
def drive(
    source: npt.NDArray[Any],
    targets: npt.NDArray[Any],
    x0: int,
    y0: int,
    kernels: Any,
    table: Table,
    numbers: Constants,
    scratch: int,
    halo: int,
    masked: bool,
    branches: Table,
    tiles: Table,
) -> None:
    """Render tiles of a picture, in one or more ways that begin alike.

    `source` is the whole picture, (height, width, 3). Each of `branches` is (shared, first, last):
    the first `shared` passes, then passes `first` to `last`; they are sorted by `shared`, and each
    fills one of `targets`, the window whose first pixel is (x0, y0). A tile is (top, bottom, left,
    right) in the source; `halo` pixels around it are computed too, as far as the picture goes, and
    thrown away.
    """
    height, width = source.shape[0], source.shape[1]
    room = 0
    for i in range(len(tiles)):
        tall = tiles[i, 1] - tiles[i, 0] + 2 * halo
        room = max(room, tall * (tiles[i, 3] - tiles[i, 2] + 2 * halo))
    block = np.empty(3 * room, np.float32)
    spare = np.empty(3 * room if branches[:, 2].max() > branches[:, 1].min() else 0, np.float32)
    shade = np.empty(room if masked else 0, np.float32)
    frame = np.array([0, 0, width, height], np.int64)
    for i in range(len(tiles)):
        top, bottom = max(tiles[i, 0] - halo, 0), min(tiles[i, 1] + halo, height)
        left, right = max(tiles[i, 2] - halo, 0), min(tiles[i, 3] + halo, width)
        rows, columns = bottom - top, right - left
        planes = block[: 3 * rows * columns].reshape((3, rows, columns))
        grey = shade[: rows * columns if masked else 0].reshape((rows if masked else 0, columns))
        load(source, left, top, planes, grey)
        frame[0], frame[1] = left, top
        done = 0
        for n in range(len(branches)):
            run(planes, grey, kernels, table, numbers, scratch, done, branches[n, 0], frame)
            done = branches[n, 0]
            end = planes
            if branches[n, 2] > branches[n, 1]:
                end = spare[: 3 * rows * columns].reshape((3, rows, columns))
                end[:] = planes
                first, last = branches[n, 1], branches[n, 2]
                run(end, grey, kernels, table, numbers, scratch, first, last, frame)
            store(end, tiles[i], left, top, x0, y0, targets[n])


@njit(
    types.void(
        _PLANES_TYPE,
        _GREY_TYPE,
        KERNELS,
        _TABLE_TYPE,
        _NUMBERS_TYPE,
        types.int64,
        types.Array(types.int64, 1, "C"),
    ),
    cache=True,
    nogil=True,
    error_model="numpy",
)
def run_planes(
    planes: Planes,
    grey: Planes,
    kernels: Any,
    table: Table,
    numbers: Constants,
    scratch: int,
    frame: Any,
) -> None:
    """Carry passes out on float planes in place."""
    run(planes, grey, kernels, table, numbers, scratch, 0, len(kernels), frame)


def _shrink_signature(sample: Any) -> Any:
    source = types.Array(sample, 3, "C", readonly=True)
    return types.void(source, types.int64, types.int64, types.int64, _PLANES_TYPE)


@njit(
    [_shrink_signature(types.uint8), _shrink_signature(types.uint16)],
    cache=True,
    nogil=True,
    error_model="numpy",
)
def shrink(source: npt.NDArray[Any], step: int, first: int, last: int, planes: Planes) -> None:
    """Fill rows of a small copy: every pixel is the mean of `step` by `step` of the source's.

    In whole numbers, so that no order of adding matters. At the right and the bottom the last
    pixels stand for fewer.
    """
    height, width = source.shape[0], source.shape[1]
    columns = planes.shape[2]
    sums = np.empty(3 * width, np.uint32)
    for row in range(first, last):
        top, bottom = row * step, min((row + 1) * step, height)
        sums[:] = 0
        for y in range(top, bottom):
            line = source[y].reshape(3 * width)
            for i in range(3 * width):
                sums[i] += line[i]
        for column in range(columns):
            left, right = column * step, min((column + 1) * step, width)
            whole = float(_peak(source[0, 0]) * (bottom - top) * (right - left))
            for c in range(3):
                total = np.uint64(0)
                for x in range(left, right):
                    total += np.uint64(sums[3 * x + c])
                planes[c, row, column] = np.float32(np.float64(total) / whole)
