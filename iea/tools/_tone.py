"""What all tone tools share: a curve on each pixel's largest channel, one table for many of them.

A tone tool scales all channels alike and adds the same to all, by a curve of the largest one: hue
stays, and what is moved within 0..1 never clips. Such tools follow each other as one: their scales
multiply and their offsets add up, so any number of them costs one look into a table.
"""

from collections.abc import Callable, Sequence

import numpy as np

from iea.tools._declare import Constants, Frame, Maps, Pixels, Planes, kernel
from iea.tools._pixel import reference_peak, unit

Curve = Callable[[Pixels], tuple[Pixels, Pixels]]
"""Values of the largest channel, 0..1, to scale and offset; parameters already given."""

CODES = 255
"""The largest sample of 8 bit: its photos have no other values than a table of 256 holds."""
KNOTS = 2048
"""Knots of the table for all other values, at the squares of even steps: close together in the
dark, where a scale bends most. Between them is a straight line."""

_ONE, _HALF = np.float32(1), np.float32(0.5)
_CODES, _LAST = np.float32(CODES), np.float32(KNOTS - 1)


def table_of_codes(curves: Sequence[Curve]) -> Pixels:
    """Return the scales, and the offsets if there are any, of the 256 values: for `by_code`."""
    return _composed(curves, np.arange(CODES + 1) / CODES)


def table_of_values(curves: Sequence[Curve]) -> Pixels:
    """Return the scales, and the offsets if there are any, at the knots: for `by_value`."""
    return _composed(curves, (np.arange(KNOTS) / (KNOTS - 1)) ** 2)


def _composed(curves: Sequence[Curve], tone: Pixels) -> Pixels:
    scale, offset, moved = np.ones_like(tone), np.zeros_like(tone), tone
    for curve in curves:
        gain, lift = curve(np.clip(moved, 0, 1))
        scale, offset, moved = scale * gain, offset * gain + lift, moved * gain + lift
    return np.concatenate([scale, offset]) if offset.any() else scale


@kernel
def by_code(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    """Look the 256 values of 8 bit up; one scratch plane."""
    columns = planes.shape[2]
    # Bytes, and loops that do one thing: looking up cannot be vectorised, all else is.
    codes = np.empty(columns, np.uint8)
    for y in range(planes.shape[1]):
        r, g, b, found = planes[0, y], planes[1, y], planes[2, y], scratch[0, y]
        for x in range(columns):
            codes[x] = np.int32(unit(max(max(r[x], g[x]), b[x])) * _CODES + _HALF)
        for x in range(columns):
            found[x] = constants[codes[x]]
        for x in range(columns):
            r[x] *= found[x]
            g[x] *= found[x]
            b[x] *= found[x]
        if constants.size > CODES + 1:
            for x in range(columns):
                found[x] = constants[np.uint32(codes[x]) + np.uint32(CODES + 1)]
            for x in range(columns):
                r[x] += found[x]
                g[x] += found[x]
                b[x] += found[x]


@kernel
def by_value(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    """Look any values up, between two knots in a straight line; three scratch planes."""
    columns = planes.shape[2]
    knots = np.empty(columns, np.uint16)
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        found, following, share = scratch[0, y], scratch[1, y], scratch[2, y]
        for x in range(columns):
            share[x] = np.sqrt(unit(max(max(r[x], g[x]), b[x]))) * _LAST
        for x in range(columns):
            knot = min(np.int32(share[x]), np.int32(KNOTS - 2))
            knots[x] = knot
            share[x] -= np.float32(knot)
        for x in range(columns):
            found[x] = constants[knots[x]]
            following[x] = constants[np.uint32(knots[x]) + np.uint32(1)]
        for x in range(columns):
            scale = found[x] + share[x] * (following[x] - found[x])
            r[x] *= scale
            g[x] *= scale
            b[x] *= scale
        if constants.size > KNOTS:
            for x in range(columns):
                found[x] = constants[np.uint32(knots[x]) + np.uint32(KNOTS)]
                following[x] = constants[np.uint32(knots[x]) + np.uint32(KNOTS + 1)]
            for x in range(columns):
                offset = found[x] + share[x] * (following[x] - found[x])
                r[x] += offset
                g[x] += offset
                b[x] += offset


def reference_of(curve: Callable[..., tuple[Pixels, Pixels]]) -> Callable[..., Pixels]:
    """Return a tone tool's reference formula, made from its curve."""

    def reference(rgb: Pixels, **params: object) -> Pixels:
        scale, offset = curve(np.clip(reference_peak(rgb), 0, 1), **params)
        return rgb * scale + offset

    return reference
