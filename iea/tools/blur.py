"""Blur: a Gaussian whose sigma is a share of the long side, so that it looks alike at every size.

sigma = 2 % of the long side x (amount / 100)^2. Up to 2.4 pixels it is taken from the pixels
themselves, up to 4.8 from halves of them (`iea.tools._halves`), up to 24 from halves of halves.
Above, a small copy, its pixels at most a fifth of a sigma, is blurred and enlarged in straight
lines. These ways blur too: halving and enlarging with a variance of 5 / 2 of the pixels that are
halved, means of `step` pixels and straight lines between them with (step^2 - 1) / 4. What is
blurred between is blurred that much less, so that one way follows the other without a jump, and all
are within 1 / 255 of a Gaussian; only stripes as wide as the copy's pixels may stray by a little
more. Borders mirror.
"""

import math

import numpy as np

from iea.tools._copies import reference_copy, reference_enlarged
from iea.tools._declare import (
    Constants,
    Frame,
    Maps,
    Param,
    Pixels,
    Planes,
    Scene,
    Survey,
    Target,
    Tool,
    inline,
    kernel,
)
from iea.tools._gaussian import (
    across,
    blurred_less,
    blurred_within,
    down,
    reach,
    reference_blurred,
    taps,
)
from iea.tools._halves import (
    VARIANCE,
    Image,
    enlarge,
    halve,
    reference_doubled,
    reference_halved,
)

Box = tuple[int, int, int, int]
"""Rows from top to bottom and columns from left to right, the ends exclusive."""

WIDEST = 0.02
"""The largest sigma, of the long side."""
FINE, LOCAL = 2.4, 24.0
"""Up to which sigma, in pixels, pixels themselves and pieces of the picture are blurred."""
CELLS = 4.8
"""How many pixels of a copy a sigma has at least."""
HALO = 96
"""What the widest blur of a piece looks at: 20 halves of halves, and what these are made of."""
_COPY = -1
_HALF, _NEXT = np.float32(0.5), np.uint32(1)


def _sigma(size: tuple[int, int], amount: float) -> float:
    return WIDEST * max(size) * (amount / 100) ** 2


def _halvings(sigma: float) -> int:
    """Return how often pieces are halved; -1 for a copy of the picture."""
    if sigma > LOCAL:
        return _COPY
    return 0 if sigma <= FINE else 1 if sigma <= 2 * FINE else 2


def _rest(sigma: float, halvings: int) -> float:
    """Return the sigma, in halves, that is left when halving and enlarging have had theirs."""
    return math.sqrt(sigma**2 - VARIANCE * (4**halvings - 1) / 3) / 2**halvings


def _copy_plan(size: tuple[int, int], sigma: float) -> tuple[int, int, float]:
    """Return the side of the copy, its step, and the sigma of its blur in its pixels."""
    side = math.ceil(max(size) / int(sigma / CELLS))
    step = math.ceil(max(size) / side)
    return side, step, math.sqrt(sigma**2 - (step**2 - 1) / 4) / step


def _survey(scene: Scene, amount: float) -> Survey:
    sigma = _sigma(scene.size, amount)
    halvings = _halvings(sigma)
    if halvings != _COPY:
        rest = _rest(sigma, halvings)
        return Survey((halvings, *taps(rest, reach(rest))))
    side, step, rest = _copy_plan(scene.size, sigma)
    wide = scene.small(side).planes
    for axis, length in ((1, scene.size[1]), (2, scene.size[0])):
        wide = _extended(wide, axis, length / step, 1 + reach(rest))
    soft = blurred_less(wide, rest)
    # Not as maps: only this kernel knows how little of a block it needs to enlarge them to.
    return Survey(np.concatenate([(_COPY, step, *soft.shape[1:]), soft.ravel()], dtype=np.float32))


def _extended(planes: Maps, axis: int, end: float, margin: int) -> Maps:
    """Give a copy more pixels at both ends of an axis, its picture mirrored at 0 and at `end`.

    That end may lie within the copy's last pixel: what mirrors then covers parts of two pixels. A
    picture thinner than one has its mean everywhere.
    """
    count, end = planes.shape[axis], max(end, 1.0)
    out = np.empty([n + 2 * margin * (i == axis) for i, n in enumerate(planes.shape)], np.float32)
    copy = np.moveaxis(planes, axis, 0)
    before, pixels = np.split(np.moveaxis(out, axis, 0), [margin])
    pixels[:count] = copy

    def pixel(i: int) -> Maps:
        """Return a pixel of the copy or, below 0, what mirrors there, beyond `end` as well."""
        return pixels[-1 - i] if i < 0 else copy[min(i, count - 1)]

    for i in range(count - 1, count + margin):
        start = min(2 * end - i - 1, count - 1)
        first = math.floor(start)
        share = np.float32(start - first)
        pixels[i] = pixel(first) + share * (pixel(first + 1) - pixel(first))
    before[:] = pixels[:margin][::-1]
    return out


@inline
def _inner(start: int, length: int, whole: int) -> tuple[int, int]:
    """Return which rows or columns of a block lie a halo away from where it is cut off."""
    first = HALO if start > 0 else 0
    end = length - HALO if start + length < whole else length
    return first, max(end, first)


@inline
def _blur_pixels(plane: Image, box: Box, weights: Constants) -> None:
    """Blur a part of a plane in place."""
    top, bottom, left, right = box
    border = weights.size - 1
    y0, y1 = max(top - border, 0), min(bottom + border, plane.shape[0])
    x0, x1 = max(left - border, 0), min(right + border, plane.shape[1])
    half = np.empty((y1 - y0, x1 - x0), np.float32)
    line = np.empty(x1 - x0 + 2 * border, np.float32)
    for y in range(y0, y1):
        across(plane[y, x0:x1], line, weights, half[y - y0])
    row = line[: x1 - x0]
    for y in range(top, bottom):
        down(half, y - y0, weights, row)
        here, soft = plane[y, left:right], row[left - x0 :]
        for x in range(here.size):
            here[x] = soft[x]


@inline
def _sources(first: int, end: int) -> tuple[int, int]:
    """Return which halves the pixels from `first` to `end` are enlarged from."""
    return first // 2 - 1, (end - 1) // 2 + 2


@inline
def _blurred_halves(plane: Image, y: int, x: int, box: Box, weights: Constants) -> Image:
    """Return a box of the blurred halves of a plane, whose first pixel lies in row y, column x."""
    top, bottom, left, right = box
    border = weights.size - 1
    piece = np.empty((bottom - top + 2 * border, right - left + 2 * border), np.float32)
    halve(plane, 2 * (top - border) - y, 2 * (left - border) - x, piece)
    return blurred_within(piece, weights)


@inline
def _blurred_quarters(plane: Image, y: int, x: int, box: Box, weights: Constants) -> Image:
    """Return a box of halves of a plane, enlarged from their own blurred halves."""
    (top, bottom), (left, right) = _sources(box[0], box[1]), _sources(box[2], box[3])
    border = weights.size - 1
    rows, columns = bottom - top + 2 * border, right - left + 2 * border
    # Halving takes two pixels more at either end.
    y0, x0 = 2 * (top - border) - 2, 2 * (left - border) - 2
    halves = np.empty((2 * rows + 4, 2 * columns + 4), np.float32)
    halve(plane, 2 * y0 - y, 2 * x0 - x, halves)
    soft = _blurred_halves(halves, y0, x0, (top, bottom, left, right), weights)
    out = np.empty((box[1] - box[0], box[3] - box[2]), np.float32)
    enlarge(soft, box[0], box[2], out)
    return out


@inline
def _blur_piece(plane: Image, y: int, x: int, box: Box, weights: Constants, halvings: int) -> None:
    """Blur a part of a plane, whose first pixel lies in row y, column x, in place by its halves."""
    top, bottom, left, right = box
    (first, end), (before, after) = _sources(y + top, y + bottom), _sources(x + left, x + right)
    if halvings == 1:
        soft = _blurred_halves(plane, y, x, (first, end, before, after), weights)
    else:
        soft = _blurred_quarters(plane, y, x, (first, end, before, after), weights)
    out = np.empty((bottom - top, right - left), np.float32)
    enlarge(soft, y + top, x + left, out)
    for row in range(out.shape[0]):
        here, made = plane[top + row, left:right], out[row]
        for x in range(here.size):
            here[x] = made[x]


@inline
def _locate(pixel: int, step: np.float32) -> tuple[np.uint32, np.float32]:
    """Return the pixel of a copy before one of the picture, and how far on to the next it lies."""
    at = (np.float32(pixel) + _HALF) / step + _HALF
    before = np.uint32(at)
    return before, at - np.float32(before)


@inline
def _lay(copy: Planes, step: np.float32, y: int, x: int, box: Box, planes: Planes) -> None:
    """Put a copy, enlarged in straight lines, in a part of planes that begin in row y, column x.

    The copy begins one of its pixels before the picture.
    """
    top, bottom, left, right = box
    before, share = np.empty(right - left, np.uint32), np.empty(right - left, np.float32)
    for i in range(before.size):
        before[i], share[i] = _locate(x + left + i, step)
    rows = np.empty((2, before.size), np.float32)
    for n in range(3):
        reached = -1
        for row in range(top, bottom):
            j, down = _locate(y + row, step)
            if j != reached:
                reached = j
                for k in range(2):
                    line, stretched = copy[n, j + k], rows[k]
                    for i in range(stretched.size):
                        first = line[before[i]]
                        stretched[i] = first + share[i] * (line[before[i] + _NEXT] - first)
            upper, lower, out = rows[0], rows[1], planes[n, row, left:right]
            for i in range(out.size):
                out[i] = upper[i] + down * (lower[i] - upper[i])


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    x, y, (rows, columns) = frame[0], frame[1], planes.shape[1:]
    box = (*_inner(y, rows, frame[3]), *_inner(x, columns, frame[2]))
    halvings, weights = int(constants[0]), constants[1:]
    if halvings == _COPY:
        shape = (3, int(constants[2]), int(constants[3]))
        _lay(constants[4:].reshape(shape), constants[1], y, x, box, planes)
        return
    for n in range(3):
        if halvings == 0:
            _blur_pixels(planes[n], box, weights)
        else:
            _blur_piece(planes[n], y, x, box, weights, halvings)


def _reference(rgb: Pixels, amount: float) -> Pixels:
    height, width = rgb.shape[:2]
    sigma = _sigma((width, height), amount)
    halvings = _halvings(sigma)
    if halvings == _COPY:
        return _reference_copied(rgb, sigma)
    ends = [(HALO, HALO + -length % 4) for length in (height, width)]
    wide = np.pad(rgb, [*ends, (0, 0)], "symmetric")
    rest = _rest(sigma, halvings)
    for _ in range(halvings):
        wide = reference_halved(wide)
    wide = reference_blurred(wide, taps(rest, reach(rest)))
    for _ in range(halvings):
        wide = reference_doubled(wide)
    return wide[HALO : HALO + height, HALO : HALO + width]


def _reference_copied(rgb: Pixels, sigma: float) -> Pixels:
    """Blur by a copy of the picture and of what mirrors beyond its borders."""
    height, width = rgb.shape[:2]
    _, step, rest = _copy_plan((width, height), sigma)
    border = step * (1 + reach(rest))
    ends = [(border, border + -length % step) for length in (height, width)]
    wide = np.pad(rgb, [*ends, (0, 0)], "symmetric")
    copy, _ = reference_copy(wide, max(wide.shape) // step)
    soft = reference_enlarged(
        reference_blurred(copy, taps(rest, reach(rest))), step, *wide.shape[:2]
    )
    return soft[border : border + height, border : border + width]


TOOL = Tool(
    name="blur",
    stage="detail",
    order=12,
    purpose="Blurs the whole picture evenly, or what a mask covers.",
    params=(Param("amount", "", 0, 100, 0, "as it is", "blurrier"),),
    words=("blur", "gaussian blur", "blurriness"),
    target=Target("", 40),
    survey=_survey,
    kernel=_kernel,
    reference=_reference,
    halo=HALO,
)
