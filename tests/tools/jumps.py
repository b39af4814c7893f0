"""Does a picture jump where a number is turned a little? What is steep is no jump."""

import itertools
from collections.abc import Callable

import numpy as np

SEEN = 1 / 255
"""A move of a sample that is as large as this can be seen."""
HALVINGS = 7
"""A hundredth of a range is halved so often: to less than a ten-thousandth of the range."""

Picture = Callable[[float], np.ndarray]
"""The samples, 0..1, that a value gives."""


def largest_jump(picture: Picture, low: float, high: float) -> float:
    """Return the largest move of a sample that does not shrink with the step, 0..1; 0 if unseen.

    Each hundredth of the range that moves a sample by more than 1/255 is halved, and so is each of
    its halves that still does. What is steep moves less and less; what jumps does not.
    """
    values = np.linspace(low, high, 101).tolist()
    found, before = 0.0, picture(values[0])
    for a, b in itertools.pairwise(values):
        after = picture(b)
        found = max(found, _search(picture, (a, before), (b, after), HALVINGS))
        before = after
    return found


def _search(
    picture: Picture, low: tuple[float, np.ndarray], high: tuple[float, np.ndarray], halvings: int
) -> float:
    move = float(np.abs(high[1] - low[1]).max())
    if move <= SEEN:
        return 0.0
    if halvings == 0:
        return move
    value = (low[0] + high[0]) / 2
    middle = value, picture(value)
    return max(
        _search(picture, low, middle, halvings - 1), _search(picture, middle, high, halvings - 1)
    )
