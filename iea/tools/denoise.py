"""Denoise: noise taken from luma and from colours, each by as much as it needs; edges stay.

What is faint in the Hadamard coefficients of blocks of 4 by 4 pixels is shrunk (`_hadamard`): luma's
coefficients y are multiplied by min(y^2 / (5.5 n^2), 1)^2 with n = 0.1 luminance / 100, the noise;
those of red and blue less luma, u and v, by min((u^2 + v^2 + y^2) / (18 n^2), 1)^2 with
n = 0.1 colour / 100, so that colours stay where the luma has an edge. Blocks lie two pixels apart,
luma's also one pixel down and aside of these. Then the means of two by two pixels are shrunk in the
same way, by a fifth of the noise: coarse noise goes too.
"""

import numpy as np

from iea.native import helper
from iea.tools._declare import (
    Constants,
    Frame,
    Maps,
    Param,
    Pixels,
    Planes,
    Tool,
    Words,
    inline,
    kernel,
)
from iea.tools._hadamard import (
    BANDS,
    CELLS,
    MADE,
    PLANE,
    SCALE,
    interleave,
    merge_one,
    merge_three,
    reference_merged,
    reference_split,
    room,
    shrink_one,
    shrink_three,
    split_one,
    split_three,
)
from iea.tools._halves import Image, mirrored
from iea.tools._pixel import LUMA, luma, reference_luma

Box = tuple[int, int, int, int]
"""Rows from top to bottom and columns from left to right, the ends exclusive."""

GREYS, COLOURS = 5.5, 18.0
"""Up to where coefficients are shrunk: their squares in units of the squared noise."""
COARSE = 0.2
"""How much of the noise is left in means of two by two pixels."""
HALO = 9
"""What a pixel depends on: the blocks of means around it, and the pixels of their blocks."""
BEFORE, BEHIND = 8, 12
"""How many mirrored pixels stand before a picture and, rounded to fours, at least behind it."""
WIDTH = 2 * CELLS
STEP = WIDTH - BEFORE - BEHIND - 4
"""How far strips lie apart: what is less than a halo from where they end is cut off."""
ROOM, AT = WIDTH + 32, 16
"""Room for a row of pixels, and for one on either side."""
MEANS = 12 * CELLS
"""Where, in a row of cells, the means of luma and of the colours lie: behind their four pixels,
each at one place in all of the cells."""
HALVES = CELLS // 2
PART = BANDS * PLANE
LAG = 10
"""How many rows of cells later than it is read a row is finished: then the rows' mirror images,
below the picture, have been read too."""
_RED, _BLUE = np.float32(LUMA[0] / LUMA[1]), np.float32(LUMA[2] / LUMA[1])
_HALF, _WHOLE = np.float32(0.5 / SCALE), np.float32(1 / SCALE)
_SHARPEST = 1e18
"""Larger than any real slope: no noise, all coefficients stay."""


def _slopes(luminance: float, colour: float) -> tuple[float, float]:
    """Return by what the squares of luma's and of the colours' coefficients are multiplied."""
    grey, tint = ((0.1 * amount / 100) ** 2 for amount in (luminance, colour))
    return (
        min(1 / max(GREYS * grey, 1e-300), _SHARPEST),
        min(1 / max(COLOURS * tint, 1e-300), _SHARPEST),
    )


def _prepare(luminance: float, colour: float) -> tuple[float, ...]:
    # The kernel's coefficients are four times as large.
    grey, tint = (slope / 16 for slope in _slopes(luminance, colour))
    return grey, tint, grey / COARSE**2, tint / COARSE**2


@helper
def _load(planes: Planes, y: int, left: int, right: int, lines: Constants) -> None:
    """Put luma, red and blue less luma of a row in lines that begin one pixel before `left`.

    What lies beyond the block is its mirror image, up to `right`.
    """
    rows, columns = planes.shape[1], planes.shape[2]
    row = mirrored(y, rows)
    start, end = max(-left, 0), min(columns - left, WIDTH)
    first = left + start
    r, g, b = planes[0, row, first:], planes[1, row, first:], planes[2, row, first:]
    out = lines[AT + start :]
    for x in range(end - start):
        tone = luma(r[x], g[x], b[x])
        out[x] = tone
        out[ROOM + x] = r[x] - tone
        out[2 * ROOM + x] = b[x] - tone
    for n in range(3):
        line = lines[AT + n * ROOM :]
        for x in range(start):
            line[x] = line[mirrored(left + x, columns) - left]
        for x in range(end, min(right - left, WIDTH)):
            line[x] = line[mirrored(left + x, columns) - left]


@inline
def _bounds(start: int, length: int, whole: int) -> tuple[int, int]:
    """Return from where to where, in a block's own rows or columns, blocks must be looked at.

    They begin at a multiple of four of the picture's, wherever the block does.
    """
    first = -(start % 4) if start > 0 else -BEFORE
    return first, length if start + length < whole else length + HALO


@inline
def _add(others: Constants, above: Constants, here: Constants) -> None:
    """Add what blocks one pixel up and to the left make of luma to the rows that they lie on."""
    lower, upper = above[2 * CELLS :], here[:]
    for x in range(CELLS):
        lower[x] += others[CELLS + x]
        lower[CELLS + x] += others[x + 1]
    for x in range(CELLS):
        upper[x] += others[3 * CELLS + x]
        upper[CELLS + x] += others[2 * CELLS + x + 1]


@inline
def _coarse(
    upper: Constants,
    lower: Constants,
    slope: np.float32,
    colour: np.float32,
    cells: Constants,
    sides: Constants,
) -> None:
    """Shrink the details of the means of two rows, and of the two before them."""
    for n in range(3):
        at = MEANS + n * CELLS
        split_three(upper[at:], lower[at:], HALVES, cells[n * PLANE :])
    shrink_three(cells, slope, colour, HALVES, sides)


@inline
def _change(cells: Constants, made: Constants, upper: Constants, lower: Constants) -> None:
    """Leave of the means of two rows only what shrinking changes of them."""
    for n in range(3):
        merge_three(cells[n * PLANE :], HALVES, _WHOLE, made)
        at = MEANS + n * CELLS
        for k in range(2):
            first, second = made[2 * k * CELLS :], made[(2 * k + 1) * CELLS :]
            row = upper[at : at + CELLS] if k == 0 else lower[at : at + CELLS]
            for x in range(HALVES):
                a, b = first[x] - row[2 * x], second[x] - row[2 * x + 1]
                row[2 * x], row[2 * x + 1] = a, b


@helper
def _finish(
    cells: Constants, k: int, at: int, first: int, last: int, lines: Constants, out: Planes, y: int
) -> None:
    """Make row y of red, green and blue of row k of cells: columns `first` to `last`.

    The first is pixel `at` of the cells. `lines` is room for six lines of them.
    """
    change, odd = cells[MEANS:], at % 2
    for i in range(2):
        pixels, line = cells[(2 * k + i) * CELLS :], lines[i * CELLS :]
        for x in range(CELLS):
            tone = pixels[x] + change[x]
            u = pixels[4 * CELLS + x] + change[CELLS + x]
            v = pixels[8 * CELLS + x] + change[2 * CELLS + x]
            line[x] = tone + u
            line[2 * CELLS + x] = tone - _RED * u - _BLUE * v
            line[4 * CELLS + x] = tone + v
    for n in range(3):
        a, b, row = lines[2 * n * CELLS :], lines[(2 * n + 1) * CELLS :], out[n, y, first:last]
        if odd:
            row[0] = b[at // 2]
        interleave(a[(at + odd) // 2 :], b[(at + odd) // 2 :], row[odd:])
        if (row.size - odd) % 2:
            row[row.size - 1] = a[(at + row.size) // 2]


@inline
def _strip(
    planes: Planes,
    box: Box,
    first: int,
    last: int,
    constants: Constants,
    out: Planes,
) -> None:
    """Denoise columns `first` to `last` of planes, with what lies around them in a box.

    `out` may be the planes: rows are finished when they, and their mirror images, have been read.
    """
    top, bottom, left, right = box
    even, odd, before = room(3 * ROOM), room(3 * ROOM), room(ROOM)
    cells, others, means = room(3 * PART), room(PART), room(3 * PART)
    sides, other, lines = room(3 * PLANE), room(4 * CELLS), room(6 * CELLS)
    work = room((LAG + 2) * (MEANS + 3 * CELLS)).reshape((LAG + 2, MEANS + 3 * CELLS))
    deep = 2 * -(-(bottom - top) // 4)
    for j in range(deep + LAG):
        here, above = work[(j - 1) % (LAG + 2)], work[(j - 2) % (LAG + 2)]
        if j < deep:
            _load(planes, top + 2 * j, left, right, even)
            _load(planes, top + 2 * j + 1, left, right, odd)
            for n in range(3):
                upper, lower = even[n * ROOM + AT :], odd[n * ROOM + AT :]
                split_three(upper, lower, CELLS, cells[n * PLANE :])
            shrink_three(cells, constants[0], constants[1], CELLS, sides)
            for n in range(3):
                part, scale = cells[n * PLANE :], _HALF if n == 0 else _WHOLE
                merge_three(part, CELLS, scale, here[4 * n * CELLS :])
                mean = here[MEANS + n * CELLS :]
                for x in range(CELLS):
                    mean[x] = _WHOLE * part[MADE + x]
            split_one(before[AT - 1 :], even[AT - 1 :], CELLS, others)
            before[:] = odd[:ROOM]
            shrink_one(others, constants[0], CELLS, sides)
            merge_one(others, CELLS, _HALF, other)
            _add(other, above, here)
        if j % 2 == 0:
            _coarse(above, here, constants[2], constants[3], means, sides)
            _change(means, lines, work[(j - 4) % (LAG + 2)], work[(j - 3) % (LAG + 2)])
        for k in range(2):
            y = top + 2 * (j - LAG) + k
            if 0 <= y < out.shape[1]:
                _finish(work[(j - LAG) % (LAG + 2)], k, first - left, first, last, lines, out, y)


@inline
def _part(start: int, n: int, strips: int, columns: int) -> tuple[int, int]:
    """Return which columns a strip makes: those that no blocks beyond its ends lie on."""
    first = 0 if n == 0 else start + BEHIND
    return first, columns if n == strips - 1 else start + STEP + BEHIND


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    rows, columns = planes.shape[1], planes.shape[2]
    left, right = _bounds(frame[0], columns, frame[2])
    top, bottom = _bounds(frame[1], rows, frame[3])
    strips = 1 + max(0, -(-(right - left - WIDTH) // STEP))
    source = planes
    if strips > 1:
        # The next strip needs what this one changes.
        source = scratch
        source[:] = planes
    for n in range(strips):
        start = left + n * STEP
        first, last = _part(start, n, strips, columns)
        _strip(source, (top, bottom, start, right), first, last, constants, planes)


def _reference(rgb: Pixels, luminance: float, colour: float) -> Pixels:
    height, width = rgb.shape[:2]
    slope, tint = _slopes(luminance, colour)
    ends = [(BEFORE, BEHIND + -length % 4) for length in (height, width)]
    wide = np.pad(rgb, [*ends, (0, 0)], "symmetric")
    grey = reference_luma(wide)[..., 0]
    planes = np.stack([grey, wide[..., 0] - grey, wide[..., 2] - grey])
    made = _shrunk(planes, slope, tint)
    means = made.reshape(3, made.shape[1] // 2, 2, -1, 2).mean(axis=(2, 4))
    coarse = _shrunk(means, slope / COARSE**2, tint / COARSE**2) - means
    made[0, 1:-1, 1:-1] += _shrunk(planes[:1, 1:-1, 1:-1], slope, tint)[0]
    made[0] /= 2
    made += coarse.repeat(2, axis=1).repeat(2, axis=2)
    tone, red, blue = made[:, BEFORE : BEFORE + height, BEFORE : BEFORE + width]
    green = -(LUMA[0] * red + LUMA[2] * blue) / LUMA[1]
    return tone[..., np.newaxis] + np.stack([red, green, blue], axis=-1)


def _shrunk(planes: Pixels, slope: float, tint: float) -> Pixels:
    """Shrink the details of luma and, if they are there, of the colours."""
    parts = reference_split(planes)
    energy = parts**2
    kept = np.empty_like(parts)
    kept[0] = np.minimum(slope * energy[0], 1) ** 2
    kept[1:] = np.minimum(tint * energy.sum(axis=0), 1) ** 2
    kept[:, 0] = 1
    return reference_merged(kept * parts)


TOOL = Tool(
    name="denoise",
    stage="detail",
    order=2,
    purpose="Takes noise away and keeps the edges.",
    params=(
        Param("luminance", "", 0, 100, 0, "more grain left", "smoother"),
        Param("colour", "", 0, 100, 0, "more coloured specks left", "fewer coloured specks"),
    ),
    words=Words(names=("denoise", "noise reduction", "noise removal", "denoising")),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
    halo=HALO,
    scratch=3,
    active=lambda luminance, colour: luminance > 0 or colour > 0,
)
