"""Resize: another number of pixels, the shape kept."""

from iea.tools._declare import Param, Tool
from iea.tools._move import Move, scaled


def _geometry(size: tuple[int, int], long_side: float) -> Move:
    width, height = size
    factor = long_side / max(size)
    wide, tall = (max(round(side * factor), 1) for side in size)
    return Move((wide, tall), scaled(width / wide, height / tall))


TOOL = Tool(
    name="resize",
    stage="geometry",
    order=60,
    purpose="Gives the picture another number of pixels.",
    params=(
        Param("long_side", "pixels, 0: as it is", 0, 30000, 0, "smaller", "larger", integer=True),
    ),
    words=("resize", "scale", "shrink", "size"),
    geometry=_geometry,
)
