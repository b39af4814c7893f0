"""Grain: seeded film grain, strongest in the middle tones.

Noise of a hash of (cell, seed), blended bilinearly between cells: cells are one pixel up to a long
side of 1,536 and grow with the picture, so that the grain looks alike at every size. The same place
gets the same grain in a crop, in one thread or in many. x gains 0.18 s n (0.25 + 3 Y (1 - Y)),
s = amount / 100, n with mean 0 and about -1..1.
"""

import numpy as np
import numpy.typing as npt

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
from iea.tools._pixel import luma, reference_luma, unit

LONG_SIDE = 1536
_U = np.uint32
_A, _B, _C, _D = _U(0x9E3779B1), _U(0x85EBCA77), _U(0xC2B2AE3D), _U(0x27D4EB2F)
_MASK = _U(0xFFFF)
_ONE, _QUARTER, _THREE, _STEP = (
    np.float32(1),
    np.float32(0.25),
    np.float32(3),
    np.float32(1 / 65536),
)


def _prepare(amount: float, seed: float) -> tuple[float, ...]:
    # float32 holds whole numbers only up to 2^24: the seed goes in two halves.
    return 0.18 * amount / 100, float(int(seed) >> 16), float(int(seed) & 0xFFFF)


@inline
def _fill(first: np.uint32, row: np.uint32, seed: np.uint32, out: Constants) -> None:
    """Write the noise of a row of cells, from the cell `first` on."""
    base = _U(row * _B + seed * _C)
    for i in range(out.size):
        # Numba widens 32-bit arithmetic to 64: every product is cut back.
        h = _U(_U(first + _U(i)) * _A + base)
        h = _U((h ^ (h >> _U(15))) * _D)
        h = _U((h ^ (h >> _U(13))) * _A)
        h = _U(h ^ (h >> _U(16)))
        # The sum of two even distributions is near enough to a bell, and cannot run away.
        out[i] = np.float32(np.int32((h & _MASK) + (h >> _U(16)))) * _STEP - _ONE


@inline
def _lay(r: Constants, g: Constants, b: Constants, noise: Constants, strength: np.float32) -> None:
    """Add a row of noise to a row of pixels, most to its middle tones."""
    for x in range(noise.size):
        tone = unit(luma(r[x], g[x], b[x]))
        gain = strength * noise[x] * (_QUARTER + _THREE * tone * (_ONE - tone))
        r[x] += gain
        g[x] += gain
        b[x] += gain


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    columns = planes.shape[2]
    seed = _U(_U(constants[1]) * _U(65536) + _U(constants[2]))
    cell = max(np.float64(max(frame[2], frame[3])) / LONG_SIDE, 1.0)
    first = np.int64(np.float64(frame[0]) / cell)
    cells = np.int64(np.float64(frame[0] + columns) / cell) - first + 2
    top, low = np.empty(cells, np.float32), np.empty(cells, np.float32)
    shares, noise = np.empty(columns, np.float32), np.empty(columns, np.float32)
    places = np.empty(columns, np.int32)
    for x in range(columns):
        u = np.float64(np.int32(frame[0] + x)) / cell
        whole = np.int32(u)
        places[x], shares[x] = whole - np.int32(first), np.float32(u - np.float64(whole))
    filled = np.int64(-1)
    for y in range(planes.shape[1]):
        v = np.float64(y + frame[1]) / cell
        row = np.int64(v)
        if row != filled:
            _fill(_U(first), _U(row), seed, top)
            _fill(_U(first), _U(row + 1), seed, low)
            filled = row
        down = np.float32(v - np.float64(row))
        for x in range(columns):
            place, right = np.uintp(places[x]), shares[x]
            upper = top[place] * (_ONE - right) + top[place + np.uintp(1)] * right
            lower = low[place] * (_ONE - right) + low[place + np.uintp(1)] * right
            noise[x] = upper * (_ONE - down) + lower * down
        _lay(planes[0, y], planes[1, y], planes[2, y], noise, constants[0])


def _reference(rgb: Pixels, amount: float, seed: float) -> Pixels:
    strength = _prepare(amount, seed)[0]
    height, width = rgb.shape[:2]
    cell = max(max(height, width) / LONG_SIDE, 1.0)
    v, u = np.arange(height)[:, np.newaxis] / cell, np.arange(width)[np.newaxis] / cell
    row, column = v.astype(np.uint32), u.astype(np.uint32)
    down, right = v - row, u - column
    one, number = np.uint32(1), np.array([int(seed)], np.uint32)

    def corner(c: npt.NDArray[np.uint32], r: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
        h = c * _A + r * _B + number * _C
        h = (h ^ (h >> _U(15))) * _D
        h = (h ^ (h >> _U(13))) * _A
        h = h ^ (h >> _U(16))
        return ((h & _MASK) + (h >> _U(16))) / 65536 - 1.0

    top = corner(column, row) * (1 - right) + corner(column + one, row) * right
    low = corner(column, row + one) * (1 - right) + corner(column + one, row + one) * right
    n = (top * (1 - down) + low * down)[..., np.newaxis]
    tone = np.clip(reference_luma(rgb), 0, 1)
    return rgb + strength * n * (0.25 + 3 * tone * (1 - tone))


TOOL = Tool(
    name="grain",
    stage="detail",
    order=20,
    purpose="Adds the grain of film.",
    params=(
        Param("amount", "", 0, 100, 0, "smooth", "grainier"),
        Param("seed", "", 0, 2**32 - 1, 0, "another grain", "another grain", integer=True),
    ),
    words=("grain", "film grain", "graininess", "film noise"),
    target=Target("N", 2),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
