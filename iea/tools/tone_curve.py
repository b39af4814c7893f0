"""Tone curve: a curve drawn through points, on each pixel's largest channel.

Between the points it is the monotone cubic of Fritsch and Butland ("A method for constructing local
monotone piecewise cubic interpolants", SIAM J. Sci. Stat. Comput. 5, 1984), which never swings past
a point; before the first and after the last it is flat. Its value at black is added to every
channel, and the rest is a scale: a lifted black is a veil, and no colour turns.
"""

import numpy as np

from iea.tools._declare import Pixels, Points, Tool
from iea.tools._pixel import TINY
from iea.tools._tone import reference_of

Drawn = tuple[tuple[float, float], ...]


def _slopes(width: Pixels, rise: Pixels) -> Pixels:
    """Return the curve's slope at each of n points, from n - 1 widths and rises between them."""
    if width.size == 1:
        return np.repeat(rise, 2)
    left, right = width[:-1], width[1:]
    before, after = 2 * right + left, right + 2 * left
    product = rise[:-1] * rise[1:]
    # The weighted harmonic mean, without a quotient that may overflow; level where it turns.
    turns = product <= 0
    total = np.where(turns, 1, before * rise[1:] + after * rise[:-1])
    inner = np.where(turns, 0, (before + after) * product / total)
    return np.array([_end(width, rise), *inner, _end(width[::-1], rise[::-1])])


def _end(width: Pixels, rise: Pixels) -> float:
    """Return the slope at the first point: of a parabola through three, kept monotone."""
    first, second = rise[0], rise[1]
    slope = ((2 * width[0] + width[1]) * first - width[0] * second) / (width[0] + width[1])
    if slope * first <= 0:
        return 0.0
    if first * second < 0:
        return float(np.sign(first) * min(abs(slope), 3 * abs(first)))
    return float(slope)


def _drawn(x: Pixels, points: Drawn) -> Pixels:
    at, height = np.array(points).T
    width = np.diff(at)
    rise = np.diff(height) / width
    slope = _slopes(width, rise)
    i = np.clip(np.searchsorted(at, x, side="right") - 1, 0, width.size - 1)
    t = np.clip((x - at[i]) / width[i], 0, 1)
    square = (3 * rise[i] - 2 * slope[i] - slope[i + 1]) * width[i]
    cube = (slope[i] + slope[i + 1] - 2 * rise[i]) * width[i]
    return height[i] + t * (slope[i] * width[i] + t * (square + t * cube))


def _curve(x: Pixels, points: Drawn) -> tuple[Pixels, Pixels]:
    black = _drawn(np.zeros(1), points)[0]
    peak = np.maximum(x, TINY)
    return (_drawn(peak, points) - black) / peak, np.full_like(x, black)


def _active(points: Drawn) -> bool:
    return (points[0], points[-1]) != ((0, 0), (1, 1)) or any(x != y for x, y in points)


TOOL = Tool(
    name="tone_curve",
    stage="light",
    order=65,
    purpose="Maps tones by a smooth curve through given points.",
    params=(Points("points"),),
    words=("tone curve", "curves"),
    curve=_curve,
    reference=reference_of(_curve),
    active=_active,
)
