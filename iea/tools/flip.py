"""Flip: the picture mirrored, every pixel kept as it is."""

from iea.tools._declare import Choice, Tool
from iea.tools._move import Move, scaled, shifted


def _geometry(size: tuple[int, int], direction: str) -> Move:
    width, height = size
    if direction == "horizontal":
        return Move(size, shifted(width, 0) @ scaled(-1, 1))
    if direction == "vertical":
        return Move(size, shifted(0, height) @ scaled(1, -1))
    return Move(size, shifted(0, 0))


TOOL = Tool(
    name="flip",
    stage="geometry",
    order=40,
    purpose="Mirrors the picture: left and right change places, or top and bottom.",
    params=(Choice("direction", ("none", "horizontal", "vertical"), "none"),),
    words=("flip", "mirror"),
    geometry=_geometry,
    active=lambda direction: direction != "none",
)
