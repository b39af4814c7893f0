"""Denoise: noise taken from luma and from colours, each by as much as it needs; edges stay.

The luma is a mean with 16 neighbours up to two pixels away, those that look alike counting most
(non-local means, Buades, Coll and Morel 2005): the weight is max(0, 1 - D / (9 x 4.5 n^2))^2 with D
the sum of the squared differences of the two 3 by 3 patches and n = 0.1 luminance / 100, the noise.
The differences of red and blue from luma are means along rows, then columns, with the weight
max(0, 1 - D / (25 n^2))^2 (bilateral, Tomasi and Manduchi 1998): D is their own squared distance
and twice that of the smoothed luma, so that no colour runs over an edge; n = 0.1 colour / 100.
"""

import numpy as np

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
from iea.tools._gaussian import Image
from iea.tools._pixel import LUMA, luma, reference_luma

Rows = tuple[Constants, Constants, Constants]
"""The same row of three planes."""

STEPS = (1, 2, 4)
"""How far away the neighbours of the colours' means lie, to either side."""
REACH = STEPS[-1]
HALO = 3 + REACH
PATCHES, COLOURS, EDGE = 9 * 4.5, 25.0, 2.0
"""Where weights end: squared distances in units of the squared noise, and of luma in colours'."""
PAIRS = ((0, 1), (1, -2), (1, -1), (1, 0), (1, 1), (1, 2), (2, -1), (2, 1))
"""Half of the neighbours: each pair of pixels is compared once and serves both."""
_DOWN, _ASIDE = (np.array(offsets, np.int64) for offsets in zip(*PAIRS, strict=True))
_ZERO, _ONE, _EDGE = np.float32(0), np.float32(1), np.float32(EDGE)
_RED, _BLUE = np.float32(LUMA[0] / LUMA[1]), np.float32(LUMA[2] / LUMA[1])
_SHARPEST = 1e18
"""Larger than any real weight's slope: no noise, no neighbour counts."""


def _prepare(luminance: float, colour: float) -> tuple[float, ...]:
    grey, tint = ((0.1 * amount / 100) ** 2 for amount in (luminance, colour))
    return (
        min(1 / max(PATCHES * grey, 1e-300), _SHARPEST),
        min(1 / max(COLOURS * tint, 1e-300), _SHARPEST),
    )


@inline
def _differ(grey: Image, y: int, dy: int, dx: int, out: Constants) -> None:
    """Square the differences of a row of pairs (dy, dx) apart."""
    a, b = grey[y, max(-dx, 0) :], grey[y + dy, max(dx, 0) :]
    for x in range(grey.shape[1] - abs(dx)):
        out[x] = (a[x] - b[x]) * (a[x] - b[x])


@inline
def _share(
    grey: Image,
    y: int,
    dy: int,
    dx: int,
    slope: np.float32,
    above: Constants,
    here: Constants,
    below: Constants,
    room: Image,
    sums: Planes,
) -> None:
    """Add the pixels of a row of pairs to each other's sums of greys and of weights.

    `above`, `here` and `below` are squared differences; `room` is two lines to work in.
    """
    count, left, right = grey.shape[1] - abs(dx), max(-dx, 0), max(dx, 0)
    column, weight = room[0], room[1]
    middle = column[1:]
    for x in range(count):
        middle[x] = above[x] + here[x] + below[x]
    column[0], middle[count] = middle[0], middle[count - 1]
    other, total, weights = grey[y + dy, right:], sums[0, y, left:], sums[1, y, left:]
    for x in range(count):
        alike = max(_ONE - slope * (column[x] + column[x + 1] + column[x + 2]), _ZERO)
        alike *= alike
        total[x] += alike * other[x]
        weights[x] += alike
        weight[x] = alike
    other, total, weights = grey[y, left:], sums[0, y + dy, right:], sums[1, y + dy, right:]
    for x in range(count):
        total[x] += weight[x] * other[x]
        weights[x] += weight[x]


@inline
def _compare(grey: Image, slope: np.float32, sums: Planes) -> None:
    """Add to the sums what all pairs of pixels that look alike give each other.

    Row by row, so that all rows that take part stay in the core's first cache.
    """
    rows, columns = grey.shape
    differences = np.empty((_DOWN.size, 3, columns), np.float32)
    room = np.empty((2, columns + 2), np.float32)
    for y in range(rows):
        for i in range(_DOWN.size):
            dy, dx, d = _DOWN[i], _ASIDE[i], differences[i]
            last = rows - 1 - dy
            if y > last or abs(dx) >= columns:
                continue
            if y == 0:
                _differ(grey, 0, dy, dx, d[0])
            if y < last:
                _differ(grey, y + 1, dy, dx, d[(y + 1) % 3])
            above, here, below = d[max(y - 1, 0) % 3], d[y % 3], d[min(y + 1, last) % 3]
            _share(grey, y, dy, dx, slope, above, here, below, room, sums)


@inline
def _smooth_luma(planes: Planes, slope: np.float32, work: Planes) -> None:
    """Put the luma into work[0] and its smoothed self into work[1]; uses work[2] too."""
    grey, total, weights = work[0], work[1], work[2]
    for y in range(planes.shape[1]):
        r, g, b, tone, first = planes[0, y], planes[1, y], planes[2, y], grey[y], total[y]
        for x in range(r.size):
            tone[x] = luma(r[x], g[x], b[x])
            first[x] = tone[x]
    if slope < np.float32(_SHARPEST):
        weights[:] = _ONE
        _compare(grey, slope, work[1:3])
        total /= weights


@inline
def _gather(here: Rows, before: Rows, after: Rows, slope: np.float32, sums: Rows) -> None:
    """Add two rows of neighbours, (luma, red, blue) each, to weighted sums (red, blue, weight)."""
    grey, red, blue = here
    grey0, red0, blue0 = before
    grey1, red1, blue1 = after
    reds, blues, weights = sums
    for x in range(weights.size):
        dy, dr, db = grey[x] - grey0[x], red[x] - red0[x], blue[x] - blue0[x]
        w0 = max(_ONE - slope * (dr * dr + db * db + _EDGE * dy * dy), _ZERO)
        dy, dr, db = grey[x] - grey1[x], red[x] - red1[x], blue[x] - blue1[x]
        w1 = max(_ONE - slope * (dr * dr + db * db + _EDGE * dy * dy), _ZERO)
        w0 *= w0
        w1 *= w1
        reds[x] += w0 * red0[x] + w1 * red1[x]
        blues[x] += w0 * blue0[x] + w1 * blue1[x]
        weights[x] += w0 + w1


@inline
def _settle(sums: Rows, red: Constants, blue: Constants) -> None:
    """Finish a row's weighted means."""
    reds, blues, weights = sums
    for x in range(weights.size):
        share = _ONE / weights[x]
        red[x] = reds[x] * share
        blue[x] = blues[x] * share


@inline
def _smooth_colours(colours: Planes, half: Planes, slope: np.float32) -> None:
    """Smooth planes 1 and 2 of `colours` (luma, red, blue), along rows, then down.

    Two `half` planes hold what lies between.
    """
    rows, columns = colours.shape[1], colours.shape[2]
    room = np.empty((3, columns), np.float32)
    sums = room[0], room[1], room[2]
    line = np.empty((3, columns + 2 * REACH), np.float32)
    for y in range(rows):
        here = colours[0, y], colours[1, y], colours[2, y]
        for n in range(3):
            one = colours[n, y]
            line[n, :REACH], line[n, REACH + columns :] = one[0], one[columns - 1]
            line[n, REACH : REACH + columns] = one
        room[0], room[1], room[2] = here[1], here[2], _ONE
        for k in STEPS:
            before = line[0, REACH - k :], line[1, REACH - k :], line[2, REACH - k :]
            after = line[0, REACH + k :], line[1, REACH + k :], line[2, REACH + k :]
            _gather(here, before, after, slope, sums)
        _settle(sums, half[0, y], half[1, y])
    for y in range(rows):
        here = colours[0, y], half[0, y], half[1, y]
        room[0], room[1], room[2] = here[1], here[2], _ONE
        for k in STEPS:
            up, down = max(y - k, 0), min(y + k, rows - 1)
            before = colours[0, up], half[0, up], half[1, up]
            after = colours[0, down], half[0, down], half[1, down]
            _gather(here, before, after, slope, sums)
        _settle(sums, colours[1, y], colours[2, y])


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    grey, colours = scratch[0], scratch[1:4]
    _smooth_luma(planes, constants[0], scratch)
    rows, columns = planes.shape[1], planes.shape[2]
    smoothed = colours[0]
    if constants[1] < np.float32(_SHARPEST):
        for y in range(rows):
            r, b, tone, red, blue = (
                planes[0, y],
                planes[2, y],
                grey[y],
                colours[1, y],
                colours[2, y],
            )
            for x in range(columns):
                red[x] = r[x] - tone[x]
                blue[x] = b[x] - tone[x]
        _smooth_colours(colours, scratch[4:6], constants[1])
        for y in range(rows):
            r, g, b, tone, red, blue = (
                planes[0, y],
                planes[1, y],
                planes[2, y],
                smoothed[y],
                colours[1, y],
                colours[2, y],
            )
            for x in range(columns):
                r[x] = tone[x] + red[x]
                b[x] = tone[x] + blue[x]
                g[x] = tone[x] - _RED * red[x] - _BLUE * blue[x]
    else:
        for y in range(rows):
            r, g, b, tone, old = planes[0, y], planes[1, y], planes[2, y], smoothed[y], grey[y]
            for x in range(columns):
                r[x] += tone[x] - old[x]
                g[x] += tone[x] - old[x]
                b[x] += tone[x] - old[x]


def _reference_luma(grey: Pixels, slope: float) -> Pixels:
    height, width = grey.shape
    total, weights = grey.copy(), np.ones_like(grey)
    for dy, dx in PAIRS:
        if dy >= height or abs(dx) >= width:
            continue
        here = np.s_[: height - dy, max(-dx, 0) : width - max(dx, 0)]
        there = np.s_[dy:, max(dx, 0) : width + min(dx, 0)]
        padded = np.pad((grey[here] - grey[there]) ** 2, 1, mode="edge")
        patch = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).sum(axis=(-2, -1))
        alike = np.maximum(1 - slope * patch, 0) ** 2
        total[here] += alike * grey[there]
        total[there] += alike * grey[here]
        weights[here] += alike
        weights[there] += alike
    return total / weights


def _reference_colours(grey: Pixels, colours: Pixels, slope: float) -> Pixels:
    for axis in (1, 0):
        at, last = np.arange(grey.shape[axis]), grey.shape[axis] - 1
        total, weights = colours.copy(), np.ones_like(grey)
        for k in (*STEPS, *(-step for step in STEPS)):
            near = np.clip(at + k, 0, last)
            others = colours.take(near, axis)
            far = ((colours - others) ** 2).sum(axis=-1) + EDGE * (
                grey - grey.take(near, axis)
            ) ** 2
            alike = np.maximum(1 - slope * far, 0) ** 2
            total += alike[..., np.newaxis] * others
            weights += alike
        colours = total / weights[..., np.newaxis]
    return colours


def _reference(rgb: Pixels, luminance: float, colour: float) -> Pixels:
    grey_slope, colour_slope = _prepare(luminance, colour)
    grey = reference_luma(rgb)
    smoothed = _reference_luma(grey[..., 0], grey_slope)
    colours = _reference_colours(smoothed, rgb[..., ::2] - grey, colour_slope)
    red, blue = colours[..., 0], colours[..., 1]
    green = -(LUMA[0] * red + LUMA[2] * blue) / LUMA[1]
    return smoothed[..., np.newaxis] + np.stack([red, green, blue], axis=-1)


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
    scratch=6,
    active=lambda luminance, colour: luminance > 0 or colour > 0,
)
