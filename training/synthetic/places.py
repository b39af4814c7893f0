"""Parts of a photo that people name, as masks: the same that the planner means by them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from iea.masks import Mask

ELSEWHERE = "!"
"""Before a place's name: everything but it."""

_FEATHER = 60
_NEAR = {"kind": "linear", "x1": 0.5, "y1": 0.9, "x2": 0.5, "y2": 0.45}
_SIDES = {"left": (0.3, 0.7), "right": (0.7, 0.3), "top": (0.3, 0.7), "bottom": (0.7, 0.3)}
_TONES = {"shadows": (0, 35), "highlights": (68, 100)}


@cache
def mask_of(place: str) -> Mask | None:
    """Return the mask of a place (one of `training.wordings.REGIONS`); None for ""."""
    if not place:
        return None
    parts = list(_parts(place.removeprefix(ELSEWHERE)))
    return Mask.parse({"parts": parts, "invert": place.startswith(ELSEWHERE)})


def _parts(place: str) -> list[Mapping[str, Any]]:
    if place == "foreground":
        return [_NEAR, {"kind": "region", "name": "sky", "op": "minus"}]
    if place == "centre":
        middle = {"x": 0.5, "y": 0.5, "width": 0.42, "height": 0.42}
        return [{"kind": "radial", **middle, "feather": _FEATHER}]
    if place in _TONES:
        low, high = _TONES[place]
        return [{"kind": "luminance", "low": low, "high": high, "feather": _FEATHER}]
    if place in _SIDES:
        return [_across(place)]
    return [{"kind": "region", "name": place}]


def _across(side: str) -> Mapping[str, Any]:
    """Return the gradient that fades away from a side."""
    first, last = _SIDES[side]
    if side in ("left", "right"):
        return {"kind": "linear", "x1": first, "y1": 0.5, "x2": last, "y2": 0.5}
    return {"kind": "linear", "x1": 0.5, "y1": first, "x2": 0.5, "y2": last}
