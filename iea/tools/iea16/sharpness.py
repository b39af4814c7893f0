"""Sharpness: an unsharp mask above 0, a blur below, both by OpenCV's Gaussian of 8 bit.

Its weights are whole 256ths, and its sums are exact: here too, as float32 holds whole numbers up to
2^24. The border is reflected without its last pixel.
"""

import math

import numpy as np
import numpy.typing as npt

from iea.tools._declare import Constants, Frame, Maps, Planes, inline, kernel
from iea.tools.iea16._amounts import Amounts, upper
from iea.tools.iea16._codes import STEP, Floats, code, cut, held, rounded

NAMES = ("sharpness",)

RADIUS = 8
"""Of the largest kernel, that of sigma 3 without its outermost weights, which are 0; smaller ones
end in zeros."""

Codes = npt.NDArray[np.uint16]

_U = np.uint16
_TOTAL = 256
_HALF_SUM, _PER_SUM = np.float32(_TOTAL**2 // 2), np.float32(1 / _TOTAL**2)
_SMALL = {3: (128, 64), 5: (96, 64, 16), 7: (72, 56, 28, 8)}
"""Kernels that OpenCV has ready-made for sizes up to 7, from the middle outwards."""


def weights(size: int, sigma: float) -> tuple[int, ...]:
    """Return a Gaussian's weights in 256ths, from the middle outwards: they sum to 256.

    From the outside in, what rounding leaves over is given to the next; the middle gets the rest.
    """
    half = size // 2
    bell = [math.exp(-0.5 * (i / sigma) ** 2) for i in range(half + 1)]
    total = bell[0] + 2 * sum(bell[1:])
    left, found = 0.0, []
    for i in range(half, 0, -1):
        exact = _TOTAL * bell[i] / total + left
        found.append(round(exact))
        left = exact - found[-1]
    return (_TOTAL - 2 * sum(found), *reversed(found))


def blur_size(amount: float) -> int:
    """Return the size of the kernel that an amount below 0 blurs with: odd, 3..15."""
    size = int(upper(-amount, 3, 15))
    return size + 1 - size % 2


def prepare(amounts: Amounts) -> Floats:
    """Return the constants of `sharpen`: strength, -1 for the blur itself; then the weights."""
    amount = amounts["sharpness"]
    if amount > 0:
        return _constants(upper(amount, 0, 1.5), weights(19, 3.0)[: RADIUS + 1])
    size = blur_size(amount)
    # OpenCV's sigma for a size.
    sigma = 0.3 * ((size - 1) * 0.5 - 1) + 0.8
    return _constants(-1.0, _SMALL.get(size) or weights(size, sigma))


def _constants(strength: float, taps: tuple[int, ...]) -> Floats:
    found = np.zeros(2 + RADIUS, np.float32)
    found[0] = strength
    found[1 : 1 + len(taps)] = taps
    return found


@inline
def _reflected(i: int, size: int) -> int:
    """Return the place that stands for one outside, however small the picture."""
    while i < 0 or i >= size:
        i = -i if i < 0 else 2 * size - 2 - i
        if size == 1:
            i = 0
    return i


@inline
def _sum_across(line: Codes, constants: Constants, out: Floats) -> None:
    """Fill a row with the weighted sums along a padded row of codes: 16 bit hold them."""
    w0, w1, w2 = _U(constants[1]), _U(constants[2]), _U(constants[3])
    w3, w4, w5 = _U(constants[4]), _U(constants[5]), _U(constants[6])
    w6, w7, w8 = _U(constants[7]), _U(constants[8]), _U(constants[9])
    for x in range(out.size):
        total = w0 * line[x + 8]
        total += w1 * (line[x + 7] + line[x + 9]) + w2 * (line[x + 6] + line[x + 10])
        total += w3 * (line[x + 5] + line[x + 11]) + w4 * (line[x + 4] + line[x + 12])
        total += w5 * (line[x + 3] + line[x + 13]) + w6 * (line[x + 2] + line[x + 14])
        total += w7 * (line[x + 1] + line[x + 15]) + w8 * (line[x] + line[x + 16])
        out[x] = np.float32(_U(total))


@inline
def _sum_down(sums: Planes, y: int, constants: Constants, out: Floats) -> None:
    """Sum the rows around y, which is the blur, and mix it with the row of samples there."""
    rows = sums.shape[0]
    u1, d1 = sums[_reflected(y - 1, rows)], sums[_reflected(y + 1, rows)]
    u2, d2 = sums[_reflected(y - 2, rows)], sums[_reflected(y + 2, rows)]
    u3, d3 = sums[_reflected(y - 3, rows)], sums[_reflected(y + 3, rows)]
    u4, d4 = sums[_reflected(y - 4, rows)], sums[_reflected(y + 4, rows)]
    u5, d5 = sums[_reflected(y - 5, rows)], sums[_reflected(y + 5, rows)]
    u6, d6 = sums[_reflected(y - 6, rows)], sums[_reflected(y + 6, rows)]
    u7, d7 = sums[_reflected(y - 7, rows)], sums[_reflected(y + 7, rows)]
    u8, d8 = sums[_reflected(y - 8, rows)], sums[_reflected(y + 8, rows)]
    w0, w1, w2, w3, w4 = constants[1], constants[2], constants[3], constants[4], constants[5]
    w5, w6, w7, w8 = constants[6], constants[7], constants[8], constants[9]
    here, strength = sums[y], constants[0]
    for x in range(out.size):
        near = w0 * here[x] + w1 * (u1[x] + d1[x]) + w2 * (u2[x] + d2[x])
        mid = w3 * (u3[x] + d3[x]) + w4 * (u4[x] + d4[x]) + w5 * (u5[x] + d5[x])
        far = w6 * (u6[x] + d6[x]) + w7 * (u7[x] + d7[x]) + w8 * (u8[x] + d8[x])
        blur = cut((near + (mid + far) + _HALF_SUM) * _PER_SUM)
        own = code(out[x])
        out[x] = held(rounded(own + strength * (own - blur))) * STEP


@kernel
def sharpen(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    """Blur every channel and go from the blur, or to it; one scratch plane.

    Inside the picture a block's edge is treated as the picture's own: it is thrown away.
    """
    rows, columns = planes.shape[1], planes.shape[2]
    line = np.empty(columns + 2 * RADIUS, np.uint16)
    for c in range(3):
        for y in range(rows):
            samples = planes[c, y]
            for x in range(columns):
                line[RADIUS + x] = np.int32(code(samples[x]))
            for i in range(RADIUS):
                line[i] = line[RADIUS + _reflected(i - RADIUS, columns)]
                line[RADIUS + columns + i] = line[RADIUS + _reflected(columns + i, columns)]
            _sum_across(line, constants, scratch[0, y])
        for y in range(rows):
            _sum_down(scratch[0], y, constants, planes[c, y])
