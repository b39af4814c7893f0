"""Light: everything that maps each byte to a byte of its own, made into one table of 256.

First exposure, brightness, contrast and fade, together and in float32; then natural contrast,
highlights, shadows, whites and blacks, each cut to bytes. Where an entry falls on a whole number,
precision decides: float64 rounded once to float32, and float32 throughout in natural contrast.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from iea.tools._declare import Constants, Frame, Maps, Planes, kernel
from iea.tools.iea16._amounts import Amounts, upper, whole
from iea.tools.iea16._codes import PEAK, Bytes, Floats, code

Fractions = npt.NDArray[np.float64]


def _exposure(x: Floats, amount: float) -> Floats:
    return x * np.float32(math.exp2(whole(amount, -1, 1)))


def _brightness(x: Floats, amount: float) -> Floats:
    return x + whole(amount, -0.5, 0.5)


def _contrast(x: Floats, amount: float) -> Floats:
    return 0.5 + whole(amount, 0.5, 2.0) * (x - 0.5)


def _fade(x: Floats, amount: float) -> Floats:
    strength = upper(amount, 0, 0.6)
    lifted: Floats = np.add(x, strength * (1 - x))
    return 0.5 + (1 - strength / 2) * (lifted - 0.5)


def _natural_contrast(amount: float) -> Floats:
    steepness = np.float32(whole(amount, -10, 10))
    exponents = -steepness * (np.arange(256, dtype=np.float32) - 128) / PEAK
    # NumPy's own exp in float32 differs from machine to machine.
    powers = np.array([math.exp(exponent) for exponent in exponents.tolist()], np.float32)
    return PEAK / (1 + powers)


def _highlights(n: Fractions, s: float) -> Fractions:
    return n + s * (1 - n) * n


def _shadows(n: Fractions, s: float) -> Fractions:
    return n + s * (1 - n * n) * (1 - n)


def _whites(n: Fractions, s: float) -> Fractions:
    return n + s * n


def _blacks(n: Fractions, s: float) -> Fractions:
    return n + s * (1 - n)


FLOAT: dict[str, Callable[[Floats, float], Floats]] = {
    "exposure": _exposure,
    "brightness": _brightness,
    "contrast": _contrast,
    "fade": _fade,
}
TONES: dict[str, Callable[[Fractions, float], Fractions]] = {
    "highlights": _highlights,
    "shadows": _shadows,
    "whites": _whites,
    "blacks": _blacks,
}
NAMES = (*FLOAT, "natural_contrast", *TONES)


def byte_table(amounts: Amounts) -> Bytes:
    """Return what every byte becomes by all tools of light, 256 bytes."""
    x = np.arange(256, dtype=np.float32) / PEAK
    for name, change in FLOAT.items():
        if name in amounts:
            x = change(x, amounts[name])
    table = (np.clip(x, 0, 1) * PEAK).astype(np.uint8)
    if "natural_contrast" in amounts:
        table = _to_bytes(_natural_contrast(amounts["natural_contrast"]))[table]
    for name, tone in TONES.items():
        if name in amounts:
            curve = 255 * tone(np.arange(256) / 255, whole(amounts[name], -0.8, 0.8))
            table = _to_bytes(curve.astype(np.float32))[table]
    return table


def _to_bytes(values: Floats) -> Bytes:
    return np.clip(values, 0, PEAK).astype(np.uint8)


def prepare(amounts: Amounts) -> Floats:
    """Return the table as samples: the constants of `look_up`."""
    return byte_table(amounts).astype(np.float32) / PEAK


@kernel
def look_up(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    """Take every sample from the table."""
    columns = planes.shape[2]
    # Apart from looking up, which no vector unit does well, all is vectors: hence two loops.
    codes = np.empty(columns, np.uint8)
    for c in range(3):
        for y in range(planes.shape[1]):
            row = planes[c, y]
            for x in range(columns):
                codes[x] = np.int32(code(row[x]))
            for x in range(columns):
                row[x] = constants[codes[x]]
