"""Planes cut into blocks of 4 by 4 pixels, and what is only noise in a block taken away.

A block's 16 Hadamard coefficients (Pratt, Kane and Andrews 1969) are its mean and 15 patterns.
Noise has a little of all of them, a picture has much of a few: what is small is made smaller still
(Donoho and Johnstone 1994), and every pixel is the mean of the blocks that it lies in (Coifman and
Donoho 1995). Blocks begin at every other pixel, wherever a crop begins: cells of two by two pixels
are added and subtracted first, then cells that touch, with plain sums over rows.
"""

import numpy as np

from iea.tools._declare import Constants, Pixels, inline

CELLS = 112
"""Cells in a row that are worked on: two pixels each, so that a tile and its halo fit."""
LINE = 144
"""Room for a row of cells and for what lies behind it."""
SUM, DIFFERENCE, MADE, REST = LINE, 2 * LINE, 3 * LINE, 4 * LINE
"""Where, in a plane's part of a band, the sums and differences of two rows of cells, finished cells
and half finished ones lie; the row before comes first. They lie a fixed distance apart, for only
then can a compiler tell that no loop reads what it has just written, and make it one of vectors."""
PLANE, BANDS = 5 * LINE, 4
_ZERO, _ONE = np.float32(0), np.float32(1)
SCALE = 64
"""How much larger than planes their sums are when they have gone to blocks and back."""


@inline
def rooms(planes: int) -> Constants:
    """Return empty rows for `planes` planes: for every band of theirs, `PLANE` numbers a plane."""
    return np.zeros(BANDS * planes * PLANE, np.float32)


@inline
def _begin(room: Constants, at: int, here: np.float32) -> None:
    """Add to and subtract from the cell above the one that lies here."""
    before = room[at]
    room[SUM + at], room[DIFFERENCE + at] = before + here, before - here
    room[at] = here


@inline
def split(top: Constants, bottom: Constants, band: int, cells: int, room: Constants) -> None:
    """Add and subtract the pixels of cells, and these cells and the ones before them.

    `room` begins with the plane; its bands are `band` apart.
    """
    for x in range(cells):
        a, b, c, d = top[2 * x], top[2 * x + 1], bottom[2 * x], bottom[2 * x + 1]
        upper, lower, left, right = a + b, c + d, a - b, c - d
        _begin(room, x, upper + lower)
        _begin(room, band + x, left + right)
        _begin(room, 2 * band + x, upper - lower)
        _begin(room, 3 * band + x, left - right)


@inline
def merge(room: Constants, band: int, cells: int, scale: np.float32, lines: Constants) -> None:
    """Make four lines, `cells` long, of finished cells times `scale`: their corners, row by row."""
    for x in range(cells):
        mean, aside = scale * room[MADE + x], scale * room[band + MADE + x]
        down, both = scale * room[2 * band + MADE + x], scale * room[3 * band + MADE + x]
        upper, lower, left, right = mean + down, mean - down, aside + both, aside - both
        lines[x], lines[cells + x] = upper + left, upper - left
        lines[2 * cells + x], lines[3 * cells + x] = lower + right, lower - right


@inline
def interleave(first: Constants, second: Constants, out: Constants) -> None:
    """Put two lines into one, in turns."""
    for x in range(out.size // 2):
        out[2 * x], out[2 * x + 1] = first[x], second[x]


@inline
def _kept(energy: np.float32, slope: np.float32) -> np.float32:
    """Return how much of a coefficient stays: all of it above the noise, next to none far below."""
    share = min(slope * energy, _ONE)
    return share * share


@inline
def _sides(rest: Constants, at: int, a: float, b: float, c: float, d: float) -> None:
    """Go back from the four coefficients of a block to its left and right: sums and differences."""
    rest[at] = a + b
    rest[LINE + at + 1] = a - b
    rest[2 * LINE + at] = c + d
    rest[3 * LINE + at + 1] = c - d


@inline
def shrink_one(room: Constants, slope: np.float32, cells: int, sides: Constants) -> None:
    """Shrink the coefficients of a plane's blocks, between the row before and this one."""
    for n in range(BANDS):
        part = room[n * PLANE :]
        # The mean of a block is no detail.
        least = _ONE if n == 0 else _ZERO
        for x in range(cells):
            s, d, t, e = (
                part[SUM + x],
                part[DIFFERENCE + x],
                part[SUM + x + 1],
                part[DIFFERENCE + x + 1],
            )
            y0, y1, y2, y3 = s + t, s - t, d + e, d - e
            y0 *= max(_kept(y0 * y0, slope), least)
            y1 *= _kept(y1 * y1, slope)
            y2 *= _kept(y2 * y2, slope)
            y3 *= _kept(y3 * y3, slope)
            _sides(sides, x, y0, y1, y2, y3)
        _join(part, sides, 1, cells)


@inline
def shrink_three(
    room: Constants,
    slope: np.float32,
    colour: np.float32,
    edge: np.float32,
    cells: int,
    sides: Constants,
) -> None:
    """Shrink the coefficients of luma, and those of two colours by all three of a kind.

    `edge` is what luma counts for there.
    """
    for n in range(BANDS):
        part = room[3 * n * PLANE :]
        least = _ONE if n == 0 else _ZERO
        for x in range(cells):
            i, j = x + PLANE, x + 2 * PLANE
            s, d, t, e = (
                part[SUM + x],
                part[DIFFERENCE + x],
                part[SUM + x + 1],
                part[DIFFERENCE + x + 1],
            )
            y0, y1, y2, y3 = s + t, s - t, d + e, d - e
            s, d, t, e = (
                part[SUM + i],
                part[DIFFERENCE + i],
                part[SUM + i + 1],
                part[DIFFERENCE + i + 1],
            )
            u0, u1, u2, u3 = s + t, s - t, d + e, d - e
            s, d, t, e = (
                part[SUM + j],
                part[DIFFERENCE + j],
                part[SUM + j + 1],
                part[DIFFERENCE + j + 1],
            )
            v0, v1, v2, v3 = s + t, s - t, d + e, d - e
            e0, e1, e2, e3 = y0 * y0, y1 * y1, y2 * y2, y3 * y3
            c0 = max(_kept(edge * e0 + (u0 * u0 + v0 * v0), colour), least)
            c1 = _kept(edge * e1 + (u1 * u1 + v1 * v1), colour)
            c2 = _kept(edge * e2 + (u2 * u2 + v2 * v2), colour)
            c3 = _kept(edge * e3 + (u3 * u3 + v3 * v3), colour)
            y0 *= max(_kept(e0, slope), least)
            y1 *= _kept(e1, slope)
            y2 *= _kept(e2, slope)
            y3 *= _kept(e3, slope)
            _sides(sides, x, y0, y1, y2, y3)
            _sides(sides, i, c0 * u0, c1 * u1, c2 * u2, c3 * u3)
            _sides(sides, j, c0 * v0, c1 * v1, c2 * v2, c3 * v3)
        _join(part, sides, 3, cells)


@inline
def _join(part: Constants, sides: Constants, planes: int, cells: int) -> None:
    """Finish the row before, with the blocks above and below it, and begin this one."""
    for n in range(planes):
        row, side = part[n * PLANE :], sides[n * PLANE :]
        for x in range(cells):
            sums = side[x] + side[LINE + x]
            differences = side[2 * LINE + x] + side[3 * LINE + x]
            row[MADE + x] = row[REST + x] + (sums + differences)
            row[REST + x] = sums - differences


def reference_split(planes: Pixels) -> Pixels:
    """Return the coefficients, (n, 16, rows, columns), of blocks two pixels apart, of n planes.

    The first is four times the mean: they are orthonormal.
    """
    for axis, step in ((-1, 2), (-2, 2), (-1, 1), (-2, 1)):
        at = np.arange(0, planes.shape[axis] - 1, step)
        a, b = planes.take(at, axis), planes.take(at + 1, axis)
        planes = np.stack([a + b, a - b], axis=1) / np.sqrt(2)
    # The later a sum was taken the earlier its axis comes, and the last one comes first.
    return planes.reshape(len(planes), 16, *planes.shape[-2:])


def reference_merged(coefficients: Pixels) -> Pixels:
    """Return the planes that blocks, two pixels apart, have the mean of."""
    count, _, rows, columns = coefficients.shape
    planes = coefficients.reshape(count, 2, 2, 2, 2, rows, columns)
    for axis, step in ((-2, 1), (-1, 1), (-2, 2), (-1, 2)):
        a, b = planes[:, 0] + planes[:, 1], planes[:, 0] - planes[:, 1]
        shape = list(a.shape)
        length = shape[axis]
        shape[axis] = length + 1 if step == 1 else 2 * length
        planes = np.zeros(shape)
        out, first, second = (np.moveaxis(p, axis, 0) for p in (planes, a, b))
        # Cells get a half of each of the two blocks that they lie in.
        weight = np.sqrt(0.5) * (0.5 if step == 1 else 1)
        out[: step * length : step] += weight * first
        out[1 : 1 + step * length : step] += weight * second
    return planes
