"""Crop: a rectangle of the picture, or the largest of a wanted shape."""

from iea.tools._declare import Choice, Param, Tool
from iea.tools._move import Move, shifted

_GRAVITIES = {
    "centre": (0.5, 0.5),
    "top": (0.5, 0.0),
    "bottom": (0.5, 1.0),
    "left": (0.0, 0.5),
    "right": (1.0, 0.5),
    "top_left": (0.0, 0.0),
    "top_right": (1.0, 0.0),
    "bottom_left": (0.0, 1.0),
    "bottom_right": (1.0, 1.0),
}


def _fault(left: float, top: float, right: float, bottom: float, **_: object) -> str:
    if right <= left or bottom <= top:
        return "leave nothing of the picture: right must be above left and bottom above top"
    return ""


def _active(**params: object) -> bool:
    return any(params[p.name] != p.default for p in TOOL.params if p.name != "gravity")


def _geometry(
    size: tuple[int, int],
    left: float,
    top: float,
    right: float,
    bottom: float,
    aspect: float,
    gravity: str,
) -> Move:
    width, height = size
    x0, x1 = _whole(left, right, width)
    y0, y1 = _whole(top, bottom, height)
    wide, tall = x1 - x0, y1 - y0
    if aspect > 0:
        across, down = _GRAVITIES[gravity]
        new_wide = max(min(wide, round(tall * aspect)), 1)
        new_tall = max(min(tall, round(wide / aspect)), 1)
        x0 += round((wide - new_wide) * across)
        y0 += round((tall - new_tall) * down)
        wide, tall = new_wide, new_tall
    return Move((wide, tall), shifted(x0, y0))


def _whole(first: float, last: float, length: int) -> tuple[int, int]:
    """Return whole pixels, one at the least."""
    start = min(round(first * length), length - 1)
    return start, max(round(last * length), start + 1)


TOOL = Tool(
    name="crop",
    stage="geometry",
    order=50,
    purpose="Cuts the picture to a rectangle or to a shape, such as a square.",
    params=(
        Param("left", "of the width", 0, 1, 0, "keeps more on the left", "cuts more on the left"),
        Param("top", "of the height", 0, 1, 0, "keeps more at the top", "cuts more at the top"),
        Param(
            "right", "of the width", 0, 1, 1, "cuts more on the right", "keeps more on the right"
        ),
        Param("bottom", "of the height", 0, 1, 1, "cuts more below", "keeps more below"),
        Param("aspect", "width / height, 0: any", 0, 20, 0, "taller", "wider"),
        Choice("gravity", tuple(_GRAVITIES), "centre"),
    ),
    words=("crop", "cut", "trim", "frame"),
    geometry=_geometry,
    active=_active,
    fault=_fault,
)
