"""Rotate: quarter turns, every pixel kept as it is."""

import numpy as np

from iea.tools._declare import Param, Tool
from iea.tools._move import Move


def _geometry(size: tuple[int, int], turns: float) -> Move:
    width, height = size
    # Where the places of the turned picture lie in the old one.
    matrix = {
        0: [[1, 0, 0], [0, 1, 0]],
        1: [[0, 1, 0], [-1, 0, height]],
        2: [[-1, 0, width], [0, -1, height]],
        3: [[0, -1, width], [1, 0, 0]],
    }[int(turns) % 4]
    new = size if turns % 2 == 0 else (height, width)
    return Move(new, np.array([*matrix, [0, 0, 1]], np.float64))


TOOL = Tool(
    name="rotate",
    stage="geometry",
    order=30,
    purpose="Turns the picture by quarter turns.",
    params=(Param("turns", "quarter turns", -1, 2, 0, "anticlockwise", "clockwise", integer=True),),
    words=("rotate", "turn", "upright", "sideways"),
    geometry=_geometry,
)
