"""Wishes nobody put in words: what a photo itself asks for ("make it look better")."""

from collections.abc import Mapping

from iea.tools import TOOLS
from services.planner.backend import Wish

_LIGHT = (40.0, 62.0)
"""Mean lightness that is left alone; dark and light photos are meant to be so within it."""
_SPREAD = 18.0
"""Spread of lightness (C) below which a photo looks flat."""
_CHROMA = (3.0, 16.0)
"""Mean chroma below the first is black and white on purpose; below the second it looks pale."""
_DEEP = 9.0
"""Lightness of the darkest quarter below which it hides detail."""
_CAST = 2.0
"""Mean a* or b* that counts as a cast."""
_CAST_SHARE = 0.35
"""A photo's mean colour is a poor witness: a meadow is green without any cast."""
_SHARE = 0.6
"""How much of the way to go: a photo keeps its character."""


def fitted(reading: Mapping[str, float], words: str) -> tuple[Wish, ...]:
    """Return modest wishes that fit a photo; none for a good one."""
    light, wishes = reading["L"], []
    away = min(light - _LIGHT[0], 0.0) + max(light - _LIGHT[1], 0.0)
    if abs(away) > 2:
        wishes.append(_wish("exposure", -_SHARE * away, words))
    elif reading["shadows"] < _DEEP:
        wishes.append(_wish("shadows", 3.0, words))
    if reading["C"] < _SPREAD - 1:
        wishes.append(_wish("contrast", _SHARE * (_SPREAD - reading["C"]), words))
    if _CHROMA[0] < reading["S"] < _CHROMA[1]:
        wishes.append(_wish("vibrance", min(_SHARE * (_CHROMA[1] - reading["S"]), 2.5), words))
    return tuple(wishes)


def balanced(reading: Mapping[str, float], words: str) -> tuple[Wish, ...]:
    """Return wishes that take the mean colour part of the way to grey."""
    casts = (("tint", reading["a"]), ("temperature", reading["b"]))
    return tuple(
        _wish(tool, -_CAST_SHARE * cast, words) for tool, cast in casts if abs(cast) > _CAST
    )


def _wish(tool: str, change: float, words: str) -> Wish:
    """Return the wish that moves a tool's attribute by an amount."""
    degree = min(abs(change / TOOLS[tool].target.change), 1.8)
    return Wish(tool, 1 if change > 0 else -1, degree, words=words)
