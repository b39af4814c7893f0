"""Perspective: converging lines set parallel, as if the camera had been held straight.

With u and v from -1 to 1 across and down, the place (u, v) of the new picture is taken from
s (u, v) / (1 - k v - l u) of the old, k = 0.3 vertical / 100, l = 0.3 horizontal / 100: the top, or
the left side, is drawn wider. s = 1 - |k| - |l| keeps all corners inside.
"""

import numpy as np

from iea.tools._declare import Param, Tool
from iea.tools._move import Move, scaled, shifted

_MOST = 0.3


def _geometry(size: tuple[int, int], vertical: float, horizontal: float) -> Move:
    width, height = size
    k, l_ = _MOST * vertical / 100, _MOST * horizontal / 100
    share = 1 - abs(k) - abs(l_)
    keystone = np.array([[share, 0, 0], [0, share, 0], [-l_, -k, 1]], np.float64)
    inward = scaled(2 / width, 2 / height) @ shifted(-width / 2, -height / 2)
    outward = shifted(width / 2, height / 2) @ scaled(width / 2, height / 2)
    return Move(size, outward @ keystone @ inward)


TOOL = Tool(
    name="perspective",
    stage="geometry",
    order=10,
    purpose="Sets leaning walls upright, or turns a view to face the camera.",
    params=(
        Param("vertical", "", -100, 100, 0, "a wider bottom", "a wider top"),
        Param("horizontal", "", -100, 100, 0, "a wider right side", "a wider left side"),
    ),
    words=("perspective", "keystone", "converging lines"),
    geometry=_geometry,
    active=lambda vertical, horizontal: vertical != 0 or horizontal != 0,
)
