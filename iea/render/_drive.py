"""The compiled loops: load a block, call the kernels one after another, round once, store.

What a program needs beside its kernels comes in two arrays: `numbers`, one row of float32 with
all constants, maps and masks, and `table`, a line for each pass that says where they lie in it.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from iea.native import Array, call, compiled, helper, inline
from iea.tools._declare import Constants, Planes
from iea.tools._pixel import luma, unit
from iea.tools._tone import CODES

Table = npt.NDArray[np.int64]

# The columns of `table`. A pass without maps has 0 of them; without a mask, its place is -1.
CONSTANTS, CONSTANTS_END = 0, 1
MAPS, MAPS_AT, MAPS_ROWS, MAPS_COLUMNS, MAPS_STEP = 2, 3, 4, 5, 6
MASK_AT, MASK_ROWS, MASK_COLUMNS, MASK_STEP = 7, 8, 9, 10
COLUMNS = 11

_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)

_SOURCE, _TARGET = Array(3, None, readonly=True), Array(3, None)
_NUMBERS, _GREY, _PLANES = Array(1), Array(2), Array(3)
_PLACE, _TABLE = Array(1, np.int64), Array(2, np.int64)


@inline
def _load(line: npt.NDArray[Any], mixed: npt.NDArray[Any], planes: Planes, y: int) -> None:
    """Take a row of samples, interleaved, apart, then make them 0..1."""
    _take_apart(line, mixed)
    step = _ONE / np.float32(_peak(line))
    for c in range(3):
        out, samples = planes[c, y], mixed[c]
        for x in range(out.size):
            out[x] = np.float32(samples[x]) * step


@inline
def _take_apart(line: npt.NDArray[Any], mixed: npt.NDArray[Any]) -> None:
    """As whole numbers: compilers know how to do that with vectors."""
    r, g, b = mixed[0], mixed[1], mixed[2]
    for x in range(r.size):
        r[x], g[x], b[x] = line[3 * x], line[3 * x + 1], line[3 * x + 2]


@helper
def _load_toned(
    source: npt.NDArray[Any], left: int, top: int, tones: Constants, planes: Planes
) -> None:
    """Load a block as `load` does, and look its tones up as `iea.tools._tone.by_code` does.

    Here the codes are at hand, as bytes: a quarter of the way of a float, and half of the reading.
    """
    columns = planes.shape[2]
    mixed = np.empty((3, columns), source.dtype)
    codes, found = np.empty(columns, source.dtype), np.empty(columns, np.float32)
    r, g, b = mixed[0], mixed[1], mixed[2]
    step = _ONE / np.float32(_peak(r))
    for y in range(planes.shape[1]):
        _take_apart(source[top + y, left : left + columns].reshape(3 * columns), mixed)
        for x in range(columns):
            codes[x] = max(max(r[x], g[x]), b[x])
        for x in range(columns):
            found[x] = tones[codes[x]]
        for c in range(3):
            out, samples = planes[c, y], mixed[c]
            for x in range(columns):
                out[x] = np.float32(samples[x]) * step * found[x]
        if tones.size > CODES + 1:
            for x in range(columns):
                found[x] = tones[np.uint32(codes[x]) + np.uint32(CODES + 1)]
            for c in range(3):
                out = planes[c, y]
                for x in range(columns):
                    out[x] += found[x]


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


@helper
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


@helper
def _lay_maps(
    numbers: Constants, at: int, rows: int, columns: int, step: int, frame: Any, out: Planes
) -> None:
    size = rows * columns
    for n in range(out.shape[0]):
        small = numbers[at + n * size : at + (n + 1) * size].reshape((rows, columns))
        _enlarge(small, step, frame[0], frame[1], out[n])


@helper
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


@helper
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
            call(kernels[k], planes, work, frame, constants, maps)
        else:
            kept = planes.copy()
            call(kernels[k], planes, work, frame, constants, maps)
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


@compiled(_SOURCE, int, int, _PLANES, _GREY)
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


@compiled(_PLANES, _PLACE, int, int, int, int, _TARGET)
def store(
    planes: Planes, tile: Any, left: int, top: int, x0: int, y0: int, target: npt.NDArray[Any]
) -> None:
    """Store a tile of a block that starts at (left, top) of the picture."""
    first, last = tile[2] - left, tile[3] - left
    mixed = np.empty((3, last - first), target.dtype)
    for y in range(tile[0], tile[1]):
        line = target[y - y0, tile[2] - x0 : tile[3] - x0].reshape(3 * (last - first))
        _store(planes, y - top, first, last, mixed, line)


@compiled(
    _SOURCE,
    Array(4, None),
    int,
    int,
    _PLACE,
    _TABLE,
    _NUMBERS,
    int,
    int,
    int,
    int,
    _TABLE,
    _TABLE,
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
    masked: int,
    toned: int,
    branches: Table,
    tiles: Table,
) -> None:
    """Render tiles of a picture, in one or more ways that begin alike.

    `source` is the whole picture, (height, width, 3). Each of `branches` is (shared, first, last):
    the first `shared` passes, then passes `first` to `last`; they are sorted by `shared`, and each
    fills one of `targets`, the window whose first pixel is (x0, y0). A tile is (top, bottom, left,
    right) in the source; `halo` pixels around it are computed too, as far as the picture goes, and
    thrown away. If `toned` is 1, the first pass looks up tones by code and all branches begin with
    it: it is done on loading.
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
        if toned:
            tones = numbers[table[0, CONSTANTS] : table[0, CONSTANTS_END]]
            _load_toned(source, left, top, tones, planes)
        else:
            load(source, left, top, planes, grey)
        frame[0], frame[1] = left, top
        done = toned
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


@compiled(_PLANES, _GREY, _PLACE, _TABLE, _NUMBERS, int, _PLACE)
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


@compiled(_SOURCE, int, int, int, _PLANES)
def shrink(source: npt.NDArray[Any], step: int, first: int, last: int, planes: Planes) -> None:
    """Fill rows of a small copy: every pixel is the mean of `step` by `step` of the source's.

    In whole numbers, so that no order of adding matters. At the right and the bottom the last
    pixels stand for fewer.
    """
    height, width = source.shape[0], source.shape[1]
    sums = np.empty(3 * width, np.uint32)
    for row in range(first, last):
        top, bottom = row * step, min((row + 1) * step, height)
        sums[:] = 0
        for y in range(top, bottom):
            line = source[y].reshape(3 * width)
            for i in range(3 * width):
                sums[i] += line[i]
        red, green, blue = planes[0, row], planes[1, row], planes[2, row]
        for column in range(red.size):
            cell = sums[3 * step * column : min(3 * step * (column + 1), 3 * width)]
            whole = float(_peak(source[0, 0]) * (bottom - top) * (cell.size // 3))
            r, g, b = np.uint64(0), np.uint64(0), np.uint64(0)
            for x in range(0, cell.size, 3):
                r += np.uint64(cell[x])
                g += np.uint64(cell[x + 1])
                b += np.uint64(cell[x + 2])
            red[column] = np.float32(np.float64(r) / whole)
            green[column] = np.float32(np.float64(g) / whole)
            blue[column] = np.float32(np.float64(b) / whole)
