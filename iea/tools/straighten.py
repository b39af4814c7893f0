"""Straighten: the picture turned a little, and cut so that no corner is empty.

What is kept is the largest rectangle of the picture's own shape inside the turned one: of w by h,
turned by a, the share min(w / (w cos a + h sin a), h / (w sin a + h cos a)) of both sides.
"""

import math

from iea.tools._declare import Param, Tool
from iea.tools._move import Move, shifted, turned


def _geometry(size: tuple[int, int], degrees: float) -> Move:
    width, height = size
    matrix = turned(degrees)
    cosine, sine = float(matrix[0, 0]), abs(float(matrix[0, 1]))
    share = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    wide, tall = (max(math.floor(share * side + 1e-9), 1) for side in size)
    middle, centre = shifted(width / 2, height / 2), shifted(-wide / 2, -tall / 2)
    return Move((wide, tall), middle @ matrix @ centre)


TOOL = Tool(
    name="straighten",
    stage="geometry",
    order=20,
    purpose="Turns the picture a little, so that the horizon is level, and cuts empty corners.",
    params=(Param("degrees", "°", -45, 45, 0, "anticlockwise", "clockwise"),),
    words=("straighten", "horizon", "level", "tilt"),
    geometry=_geometry,
)
