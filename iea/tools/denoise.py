"""Denoise: noise taken from luma and from colours, each by as much as it needs; edges stay.

Of blocks of 4 by 4 pixels the faint Hadamard coefficients are shrunk (`iea.tools._hadamard`): those
of luma, y, are multiplied by min(y^2 / (6 n^2), 1)^2 with n = 0.1 luminance / 100, the noise;
those of red and blue less luma, u and v, by min((u^2 + v^2 + y^2) / (18 n^2), 1)^2 with
n = 0.1 colour / 100: colours stay where luma has an edge. Blocks lie two pixels apart, luma's also
one pixel down and aside of these. Then the means of two by two pixels are shrunk in the same way,
with 0.2 n for luma and, as noise of colours is coarse, 0.6 n for colours, where y counts twice.
"""

import numpy as np

from iea.tools._declare import (
    Constants,
    Frame,
    Maps,
    Param,
    Pixels,
    Planes,
    Target,
    Tool,
    inline,
    kernel,
)
from iea.tools._hadamard import (
    CELLS,
    MADE,
    PLANE,
    SCALE,
    interleave,
    merge,
    reference_merged,
    reference_split,
    rooms,
    shrink_one,
    shrink_three,
    split,
)
from iea.tools._halves import Image, mirrored
from iea.tools._pixel import LUMA, luma, reference_luma

GREYS, COLOURS = 6.0, 18.0
"""Up to where coefficients are shrunk: their squares in units of the squared noise."""
COARSE, COARSE_COLOURS = 0.2, 0.6
"""How much of the noise there is in means of two by two pixels whose details have been shrunk."""
EDGE, COARSE_EDGE = 1.0, 4.0
"""What the squares of luma's coefficients count for in the colours', in pixels and in means."""
HALO = 9
"""What a pixel depends on: the blocks of means around it, and the pixels of their blocks."""
BEFORE, BEHIND = 8, 12
"""How many mirrored pixels stand before a picture and, rounded to fours, at least behind it."""
WIDTH = 2 * CELLS
STEP = WIDTH - BEFORE - BEHIND - 4
"""How far strips lie apart: what is less than a halo from where they end is cut off."""
ROOM = WIDTH + 2
"""Room for a row of pixels, and for one on either side."""
MEANS = 12 * CELLS
"""Where, in a row of cells, the means of luma and of the colours lie: behind their four pixels,
each at one place in all of the cells."""
_RED, _BLUE = np.float32(LUMA[0] / LUMA[1]), np.float32(LUMA[2] / LUMA[1])
_HALF, _WHOLE = np.float32(0.5 / SCALE), np.float32(1 / SCALE)
_ZERO, _EDGE, _COARSE_EDGE = np.float32(0), np.float32(EDGE), np.float32(COARSE_EDGE)
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
    return grey, tint, grey / COARSE**2, tint / COARSE_COLOURS**2


@inline
def _load(planes: Planes, y: int, left: int, right: int, lines: Constants) -> None:
    """Put luma, red and blue less luma of a row in lines that begin one pixel before `left`.

    What lies beyond the block is its mirror image, up to `right`.
    """
    rows, columns = planes.shape[1], planes.shape[2]
    row = mirrored(y, rows)
    start, end = max(-left, 0), min(columns - left, WIDTH)
    first = left + start
    r, g, b = planes[0, row, first:], planes[1, row, first:], planes[2, row, first:]
    out = lines[1 + start :]
    for x in range(end - start):
        tone = luma(r[x], g[x], b[x])
        out[x] = tone
        out[ROOM + x] = r[x] - tone
        out[2 * ROOM + x] = b[x] - tone
    for n in range(3):
        line = lines[1 + n * ROOM :]
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
    lower = above[2 * CELLS :]
    for x in range(CELLS):
        lower[x] += others[CELLS + x]
        lower[CELLS + x] += others[x + 1]
    for x in range(CELLS):
        here[x] += others[3 * CELLS + x]
        here[CELLS + x] += others[2 * CELLS + x + 1]


@inline
def _fine(
    planes: Planes, top: int, left: int, right: int, constants: Constants, work: Image
) -> None:
    """Shrink the details of a strip: luma and colours of its cells' pixels, and their means.

    The row of cells that begins with row `top` is made in work[2].
    """
    even, odd = np.zeros(3 * ROOM, np.float32), np.zeros(3 * ROOM, np.float32)
    before, sides = np.zeros(ROOM, np.float32), np.zeros(3 * PLANE, np.float32)
    cells, others, other = rooms(3), rooms(1), np.zeros(4 * CELLS, np.float32)
    for j in range(work.shape[0] - 2):
        y, here = top + 2 * j, work[j + 1]
        _load(planes, y, left, right, even)
        _load(planes, y + 1, left, right, odd)
        for n in range(3):
            upper, lower = even[n * ROOM + 1 :], odd[n * ROOM + 1 :]
            split(upper, lower, 3 * PLANE, CELLS, cells[n * PLANE :])
        shrink_three(cells, constants[0], constants[1], _EDGE, CELLS, sides)
        for n in range(3):
            room, scale = cells[n * PLANE :], _HALF if n == 0 else _WHOLE
            merge(room, 3 * PLANE, CELLS, scale, here[4 * n * CELLS :])
            mean = here[MEANS + n * CELLS :]
            for x in range(CELLS):
                mean[x] = _WHOLE * room[MADE + x]
        split(before, even, PLANE, CELLS, others)
        before[:] = odd[:ROOM]
        shrink_one(others, constants[0], CELLS, sides)
        merge(others, PLANE, CELLS, _HALF, other)
        _add(other, work[j], here)


@inline
def _coarse(work: Image, slope: np.float32, colour: np.float32) -> None:
    """Shrink the details of a strip's means; only what this changes is left of them."""
    sides, cells = np.zeros(3 * PLANE, np.float32), rooms(3)
    made, half = np.zeros(2 * CELLS, np.float32), CELLS // 2
    for j in range(2, work.shape[0], 2):
        for n in range(3):
            at = MEANS + n * CELLS
            split(work[j, at:], work[j + 1, at:], 3 * PLANE, half, cells[n * PLANE :])
        shrink_three(cells, slope, colour, _COARSE_EDGE, half, sides)
        if j == 2:
            continue
        for n in range(3):
            merge(cells[n * PLANE :], 3 * PLANE, half, _WHOLE, made)
            for k in range(2):
                first, second = made[2 * k * half :], made[(2 * k + 1) * half :]
                row = work[j - 2 + k, MEANS + n * CELLS : MEANS + (n + 1) * CELLS]
                for x in range(half):
                    a, b = first[x] - row[2 * x], second[x] - row[2 * x + 1]
                    row[2 * x], row[2 * x + 1] = a, b


@inline
def _finish(work: Image, top: int, left: int, first: int, last: int, out: Planes) -> None:
    """Make red, green and blue of luma and colours, and of what changes in their means."""
    lines, at = np.empty(6 * CELLS, np.float32), first - left
    odd = at % 2
    for y in range(out.shape[1]):
        cells, k = work[(y - top) // 2 + 2], (y - top) % 2
        pixels, change = cells[2 * k * CELLS :], cells[MEANS:]
        for x in range(CELLS):
            dy, du, dv = change[x], change[CELLS + x], change[2 * CELLS + x]
            tone, u, v = pixels[x] + dy, pixels[4 * CELLS + x] + du, pixels[8 * CELLS + x] + dv
            lines[x] = tone + u
            lines[2 * CELLS + x] = tone - _RED * u - _BLUE * v
            lines[4 * CELLS + x] = tone + v
            tone = pixels[CELLS + x] + dy
            u, v = pixels[5 * CELLS + x] + du, pixels[9 * CELLS + x] + dv
            lines[CELLS + x] = tone + u
            lines[3 * CELLS + x] = tone - _RED * u - _BLUE * v
            lines[5 * CELLS + x] = tone + v
        for n in range(3):
            a, b, row = lines[2 * n * CELLS :], lines[(2 * n + 1) * CELLS :], out[n, y, first:last]
            if odd:
                row[0] = b[at // 2]
            interleave(a[(at + odd) // 2 :], b[(at + odd) // 2 :], row[odd:])
            if (row.size - odd) % 2:
                row[row.size - 1] = a[(at + row.size) // 2]


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
    work = np.empty((strips, 2 - 2 * ((top - bottom) // 4), MEANS + 3 * CELLS), np.float32)
    for n in range(strips):
        # What blocks would make that are not looked at, but must be numbers.
        work[n, :2] = work[n, -1] = _ZERO
        _fine(planes, top, left + n * STEP, right, constants, work[n])
        _coarse(work[n], constants[2], constants[3])
    for n in range(strips):
        first, last = _part(left + n * STEP, n, strips, columns)
        _finish(work[n], top, left + n * STEP, first, last, planes)


def _reference(rgb: Pixels, luminance: float, colour: float) -> Pixels:
    height, width = rgb.shape[:2]
    slope, tint = _slopes(luminance, colour)
    ends = [(BEFORE, BEHIND + -length % 4) for length in (height, width)]
    wide = np.pad(rgb, [*ends, (0, 0)], "symmetric")
    grey = reference_luma(wide)[..., 0]
    planes = np.stack([grey, wide[..., 0] - grey, wide[..., 2] - grey])
    made = _shrunk(planes, slope, tint, EDGE)
    means = made.reshape(3, made.shape[1] // 2, 2, -1, 2).mean(axis=(2, 4))
    coarse = _shrunk(means, slope / COARSE**2, tint / COARSE_COLOURS**2, COARSE_EDGE) - means
    made[0, 1:-1, 1:-1] += _shrunk(planes[:1, 1:-1, 1:-1], slope, tint, EDGE)[0]
    made[0] /= 2
    made += coarse.repeat(2, axis=1).repeat(2, axis=2)
    tone, red, blue = made[:, BEFORE : BEFORE + height, BEFORE : BEFORE + width]
    green = -(LUMA[0] * red + LUMA[2] * blue) / LUMA[1]
    return tone[..., np.newaxis] + np.stack([red, green, blue], axis=-1)


def _shrunk(planes: Pixels, slope: float, tint: float, edge: float) -> Pixels:
    """Shrink the details of luma and, if they are there, of the colours."""
    parts = reference_split(planes)
    energy = parts**2
    kept = np.empty_like(parts)
    kept[0] = np.minimum(slope * energy[0], 1) ** 2
    kept[1:] = np.minimum(tint * (edge * energy[0] + energy[1:].sum(axis=0)), 1) ** 2
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
    words=("denoise", "noise reduction", "noise removal", "denoising"),
    target=Target("", 40),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
    halo=HALO,
    active=lambda luminance, colour: luminance > 0 or colour > 0,
)
