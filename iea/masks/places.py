"""Parts of a photo that people name, as masks of steps."""

from functools import cache
from typing import Any

from iea.masks import Mask, read_mask

ELSEWHERE = "!"
"""Before a place's name: everything but it."""

_FEATHER = 60
_PLACES: dict[str, list[dict[str, Any]]] = {
    **{
        name: [{"kind": "region", "name": name}]
        for name in ("sky", "face", "subject", "background")
    },
    "foreground": [
        {"kind": "linear", "x1": 0.5, "y1": 0.9, "x2": 0.5, "y2": 0.45},
        {"kind": "region", "name": "sky", "op": "minus"},
    ],
    "left": [{"kind": "linear", "x1": 0.3, "y1": 0.5, "x2": 0.7, "y2": 0.5}],
    "right": [{"kind": "linear", "x1": 0.7, "y1": 0.5, "x2": 0.3, "y2": 0.5}],
    "top": [{"kind": "linear", "x1": 0.5, "y1": 0.3, "x2": 0.5, "y2": 0.7}],
    "bottom": [{"kind": "linear", "x1": 0.5, "y1": 0.7, "x2": 0.5, "y2": 0.3}],
    "centre": [
        {"kind": "radial", "x": 0.5, "y": 0.5, "width": 0.42, "height": 0.42, "feather": _FEATHER}
    ],
    "shadows": [{"kind": "luminance", "low": 0, "high": 35, "feather": _FEATHER}],
    "highlights": [{"kind": "luminance", "low": 68, "high": 100, "feather": _FEATHER}],
}
FOUND = ("sky", "face", "subject", "background", "foreground")
"""Places that a photo may lack."""


@cache
def mask_of(place: str) -> Mask | None:
    """Return the mask of a place; None for the whole photo."""
    if not place:
        return None
    parts, invert = _PLACES[place.removeprefix(ELSEWHERE)], place.startswith(ELSEWHERE)
    return read_mask({"parts": parts, "invert": invert}, "mask", _refuse)


def place_of(mask: Mask | None) -> str:
    """Return the name of the place that a mask is of; "" where it has none."""
    names = (mark + name for name in _PLACES for mark in ("", ELSEWHERE))
    return next((name for name in names if mask_of(name) == mask), "")


def _refuse(where: str, what: str) -> None:
    raise AssertionError(f"{where} {what}")
