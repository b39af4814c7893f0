"""What geometry tools share: where a picture's pixels come from."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]


class Move(NamedTuple):
    """A picture of another shape: its size, and where each of its places lies in the one before.

    `matrix` is a 3 by 3 homography from places of the new picture to places of the old, both in
    pixels from the upper left corner, so that the middle of the first pixel is (0.5, 0.5).
    """

    size: tuple[int, int]
    matrix: Matrix


def shifted(x: float, y: float) -> Matrix:
    """Return the matrix that adds (x, y)."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def scaled(x: float, y: float) -> Matrix:
    """Return the matrix that multiplies by (x, y)."""
    return np.diag([x, y, 1.0])


def turned(degrees: float) -> Matrix:
    """Return the matrix of a turn of the picture, clockwise."""
    # Twelve digits, so that all machines' libraries agree.
    cosine = round(math.cos(math.radians(degrees)), 12)
    sine = round(math.sin(math.radians(degrees)), 12)
    return np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]], np.float64)
