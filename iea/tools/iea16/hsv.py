"""Colour: the 8-bit HSV of OpenCV there and back, and what is changed in it and right after it.

Hue 0..179, saturation and value 0..255. The way there is OpenCV's in whole numbers, with its
reciprocals in 4096ths; the way back is that of its vector code: float32 with one fused product,
truncated. Saturation and vibrance act between; temperature and tint on the bytes after it.
"""

import numpy as np

from iea.tools._declare import Constants, Frame, Maps, Planes, inline, kernel
from iea.tools.iea16._amounts import Amounts, whole
from iea.tools.iea16._codes import PEAK, STEP, Floats, code, cut, held, share

NAMES = ("saturation", "vibrance", "temperature", "tint")

_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)
_TWO, _THREE, _FOUR, _FIVE = np.float32(2), np.float32(3), np.float32(4), np.float32(5)
_UNIT = np.float32(1 / 4096)
_OF_VALUE, _OF_RANGE = np.float32(255 << 12), np.float32((180 << 12) // 6)
_TURN, _BELOW, _ABOVE = np.float32(180), np.float32(32), np.float32(32.5)
# Adding and subtracting it leaves the first 12 bits of a number 0..1: their products are exact.
_SPLIT = np.float32(1.5 * 2**11)
_SECTORS = np.float32(6) / np.float32(180)


def prepare(amounts: Amounts) -> Floats:
    """Return the constants of `adjust`.

    Two factors of S, what R, G and B gain, and the bounds of G: held to 0..255 after temperature
    and again after tint.
    """
    saturation = whole(amounts.get("saturation", 0), 0, 2)
    # Above 0 the published vibrance compares bytes with 0..1, and so does nothing: kept.
    vibrance = min(whole(amounts.get("vibrance", 0), -1, 1), 0)
    warmth = whole(amounts.get("temperature", 0), -50, 50)
    # OpenCV's saturating addition rounds what it adds, ties to even, and not the sum.
    tint = round(whole(amounts.get("tint", 0), -30, 30))
    # Truncating a code and a fraction is adding the fraction's floor.
    red, green, blue = np.floor(np.array([warmth, 0.6 * warmth, -warmth], np.float32))
    least, most = max(tint, 0), min(255 + tint, 255)
    factors = saturation, vibrance
    return np.array([*factors, red, green + tint, blue, least, most], np.float32)


@inline
def _saturation(value: np.float32, spread: np.float32) -> np.float32:
    """Return S, 0..255, of the largest channel and its distance to the smallest."""
    reciprocal = cut(_OF_VALUE / max(value, _ONE) + _HALF)
    # The product may pass 2^24; rounding it to float32 changes no result.
    return cut(spread * reciprocal * _UNIT + _HALF)


@inline
def _hue(
    r: np.float32, g: np.float32, b: np.float32, value: np.float32, spread: np.float32
) -> np.float32:
    """Return H, 0..179."""
    reciprocal = cut(_OF_RANGE / max(spread, _ONE) + _HALF)
    by_green = b - r + _TWO * spread if value == g else r - g + _FOUR * spread
    way = g - b if value == r else by_green
    # Below 2^20, so exact in float32. Truncating rounds down only above 0: a detour by 32.
    turned = way * reciprocal * _UNIT + _ABOVE
    hue = cut(turned) - _BELOW
    return hue + _TURN if hue < _ZERO else hue


@inline
def _resaturated(saturation: np.float32, factor: np.float32, vibrance: np.float32) -> np.float32:
    s = min(share(saturation) * factor, _ONE)
    return cut((s + vibrance * s) * PEAK)


@inline
def _rest(s: np.float32, way: np.float32) -> np.float32:
    """Return 1 - s * way as a fused operation does, the product not rounded, out of plain ones."""
    s_high, way_high = (s + _SPLIT) - _SPLIT, (way + _SPLIT) - _SPLIT
    low = s_high * (way - way_high) + (s - s_high) * way
    return (_ONE - s_high * way_high) - low


@inline
def _placed(way: np.float32, top: np.float32, middle: np.float32, low: np.float32) -> np.float32:
    """Choose a channel's value by how far it is from the largest, 0, to the smallest, 1."""
    return top if way <= _ZERO else (low if way >= _ONE else middle)


@kernel
def adjust(planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps) -> None:
    """Take every pixel through HSV, changed as the constants say.

    What it leaves is exactly code / 255, for the effects.
    """
    factor, vibrance = constants[0], constants[1]
    red, green, blue = constants[2], constants[3], constants[4]
    least, most = constants[5], constants[6]
    for y in range(planes.shape[1]):
        rs, gs, bs = planes[0, y], planes[1, y], planes[2, y]
        for x in range(rs.size):
            r, g, b = code(rs[x]), code(gs[x]), code(bs[x])
            top = max(max(r, g), b)
            spread = top - min(min(r, g), b)
            turn = _hue(r, g, b, top, spread) * _SECTORS
            s = _resaturated(_saturation(top, spread), factor, vibrance) * STEP
            v = top * STEP
            # In every sector one channel is largest, one smallest, and one on its way.
            r_way = min(turn - _ONE, _FIVE - turn)
            g_way = max(_ONE - turn, turn - _THREE)
            b_way = max(_THREE - turn, turn - _FIVE)
            way = max(min(r_way, g_way), min(max(r_way, g_way), b_way))
            middle, low = cut(v * _rest(s, way) * PEAK), cut(v * (_ONE - s) * PEAK)
            rs[x] = share(held(_placed(r_way, top, middle, low) + red))
            gs[x] = share(min(max(_placed(g_way, top, middle, low) + green, least), most))
            bs[x] = share(held(_placed(b_way, top, middle, low) + blue))
