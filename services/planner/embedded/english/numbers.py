"""Explicit numbers in a wish."""

import math
from dataclasses import replace

from iea.tools import TOOLS
from services.planner.backend import How, Wish
from services.planner.embedded.english.clauses import Number


def with_number(wish: Wish, number: Number, mode: How) -> Wish:
    """Return the wish with a number, in its tool's unit, `set` or moved `by` it."""
    value = number.value
    if wish.tool == "exposure":
        value = _as_stops(number, wish)
    elif number.unit == "stops":
        return wish  # "lift the shadows by a stop": stops are light, and shadows have no unit
    if mode == "by" and (not number.signed or wish.direction < 0):
        value = math.copysign(value, wish.direction)
    return replace(wish, how=mode, number=value, direction=-1 if value < 0 else 1)


def _as_stops(number: Number, wish: Wish) -> float:
    """Read a number for exposure: stops, or per cent of light ("20 % brighter")."""
    stops = number.unit == "stops" or "exposure" in wish.words.lower()
    if stops or abs(number.value) <= TOOLS["exposure"].main.max:
        return number.value
    share = abs(number.value) / 100
    falls = wish.direction < 0 or number.value < 0
    light = math.log2(max(1 - share, 0.1)) if falls else math.log2(1 + share)
    return light if number.signed else abs(light)
