"""Effects: grain, then vignette, in float, and one truncation to bytes.

Grain adds N(0, sigma) to every sample, independent of its neighbours: from a hash of place, channel
and seed, so that a crop has the grain of the whole. The sum of the hash's four bytes is nearly
normal; a cubic mends its fourth moment. The vignette looks up its power, r^g, in a table.
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from iea.tools._declare import Constants, Frame, Maps, Planes, inline, kernel
from iea.tools.iea16._amounts import Amounts, upper
from iea.tools.iea16._codes import PEAK, STEP, Floats, cut, held

NAMES = ("grain", "vignette")

KNOTS = 2048
"""Even steps of the vignette's table, with straight lines between them: too many for an error that
could be seen, few enough for a core's nearest cache."""

HEADER = 7
"""Constants before the table, see `prepare`."""

Doubles = npt.NDArray[np.float64]
Knots = npt.NDArray[np.uint16]

_U = np.uint32
_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)
_LAST = np.float32(KNOTS)

# The sum of four bytes has this mean and this deviation. The cubic, odd so that the mean stays, is
# the one that makes the deviation 1 and the kurtosis that of a normal distribution, 3.
_MEAN, _SCALE = np.float32(4 * 127.5), np.float32(1 / math.sqrt(4 * (256**2 - 1) / 12))
_LINEAR, _CUBED = np.float32(0.949033), np.float32(0.0186424)


def prepare(amounts: Amounts, seed: int) -> Floats:
    """Return the constants of `apply`."""
    sigma = upper(amounts.get("grain", 0), 0, 0.3)
    amount = amounts.get("vignette", 0)
    much = abs(amount)
    strength = upper(much, 0, 0.9)
    reach, power = upper(much, 1, 0.5), upper(much, 0.5, 2)
    # More than float32 holds goes in two parts: the seed, and the strength for float64.
    coarse = float(np.float32(strength))
    goal = 0 if amount > 0 else 1
    header = [sigma, seed >> 16, seed & 0xFFFF, coarse, strength - coarse, reach, goal]
    return np.concatenate([np.array(header, np.float32), _table(power)])


@lru_cache(64)
def _table(power: float) -> Floats:
    """Return the vignette's table: longer to make than a small picture is to render."""
    # One more, as the last knot's straight line ends where the table does.
    return np.array([*((i / KNOTS) ** power for i in range(KNOTS + 1)), 1.0], np.float32)


@inline
def _hashed(h: np.uint32) -> np.uint32:
    # Numba widens 32-bit arithmetic to 64: every product is cut back.
    h = _U((h ^ (h >> _U(16))) * _U(0x7FEB352D))
    h = _U((h ^ (h >> _U(15))) * _U(0x846CA68B))
    return _U(h ^ (h >> _U(16)))


@inline
def _normal(h: np.uint32) -> np.float32:
    halves = _U((h & _U(0x00FF00FF)) + ((h >> _U(8)) & _U(0x00FF00FF)))
    total = np.int32(_U((halves & _U(0xFFFF)) + (halves >> _U(16))))
    x = (np.float32(total) - _MEAN) * _SCALE
    return x * (_LINEAR + _CUBED * x * x)


@inline
def _line_key(seed: np.uint32, channel: int, y: int) -> np.uint32:
    return _hashed(_U(_hashed(_U(seed + _U(channel) * _U(0x9E3779B1))) ^ _U(y)))


@inline
def _add_grain(line: Floats, sigma: np.float32, key: np.uint32, left: int) -> None:
    for x in range(line.size):
        place = _U(_U(_U(x) + _U(left)) * _U(0x9E3779B1))
        line[x] += sigma * _normal(_hashed(_U(place ^ key)))


@inline
def _lay_shade(shade: Doubles, knots: Knots, frame: Frame, y: int, constants: Constants) -> None:
    """Fill a row with the vignette's strength times base."""
    width, height = np.float32(frame[2]), np.float32(frame[3])
    farthest = np.sqrt(width * width + height * height) * _HALF
    scale = _LAST / (farthest * constants[5])
    down = np.float32(y + frame[1]) - _HALF * height
    left = np.float32(frame[0]) - _HALF * width
    strength = np.float64(constants[3]) + np.float64(constants[4])
    for x in range(shade.size):
        right = np.float32(np.int32(x)) + left
        place = min(np.sqrt(right * right + down * down) * scale, _LAST)
        knots[x] = np.int32(place)
        shade[x] = place - np.float32(np.int32(place))
    for x in range(shade.size):
        knot = np.uint32(knots[x])
        low, high = constants[HEADER + knot], constants[HEADER + 1 + knot]
        shade[x] = strength * (low + shade[x] * (high - low))


@kernel
def apply(planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps) -> None:
    """Add grain and vignette to samples that are exactly code / 255."""
    columns = planes.shape[2]
    sigma, vignette, goal = constants[0], constants[3] > _ZERO, constants[6]
    seed = _U(_U(constants[1]) * _U(65536) + _U(constants[2]))
    shade, knots = np.empty(columns), np.empty(columns, np.uint16)
    for y in range(planes.shape[1]):
        if vignette:
            _lay_shade(shade, knots, frame, y, constants)
        for c in range(3):
            line = planes[c, y]
            if sigma > _ZERO:
                _add_grain(line, sigma, _line_key(seed, c, y + frame[1]), frame[0])
            if vignette:
                for x in range(columns):
                    # In the corners many a code comes out as a whole number, or just below it:
                    # float64 tells which, as it does in the published code.
                    moved = line[x] + shade[x] * (goal - line[x])
                    line[x] = held(cut(moved * 255.0)) * STEP
            else:
                for x in range(columns):
                    line[x] = held(cut(line[x] * PEAK)) * STEP
