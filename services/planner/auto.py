"""Wishes nobody put in words: what a photo itself asks for ("make it look better")."""

from collections.abc import Mapping

import numpy as np

from iea.image import to_8bit
from iea.measure import without_geometry
from iea.measure.lab import lab
from iea.program import Program
from iea.render import render_pixels
from iea.tools import TOOLS
from services.planner.backend import Wish
from services.planner.view import View

_LIGHT = (40.0, 62.0)
"""Mean lightness that is left alone; dark and light photos are meant to be so within it."""
_SPREAD = 18.0
"""Spread of lightness (C) below which a photo looks flat."""
_CHROMA = (3.0, 16.0)
"""Mean chroma below the first is black and white on purpose; below the second it looks pale."""
_DEEP = 9.0
"""Lightness of the darkest quarter below which it hides detail."""
_NOISY = 1.6
"""Noise in L* of the flattest quarter above which it shows."""
_CAST = 1.5
"""Estimated a* or b* of what should be grey that counts as a cast."""
_MOST_CAST = 9.0
"""Above it, the light is the mood: half of the cast stays."""
_SHARE = 0.6
"""How much of the way to go: a photo keeps its character."""


def fitted(view: View, program: Program, words: str) -> tuple[Wish, ...]:
    """Return modest wishes that fit a photo under a program; none for a good one."""
    reading = view.read(program)
    wishes = [*_light(reading, words)]
    if reading["C"] < _SPREAD - 1:
        wishes.append(_wish("contrast", _SHARE * (_SPREAD - reading["C"]), words))
    if _CHROMA[0] < reading["S"] < _CHROMA[1]:
        wishes.append(_wish("vibrance", min(_SHARE * (_CHROMA[1] - reading["S"]), 2.5), words))
    if view.read(program, "N")["N"] > _NOISY and program.find("grain") is None:
        wishes.append(Wish("denoise", 1, 0.8, words=words))
    strong = [w for w in balanced(view, program, words) if w.degree > 0.4]
    return (*wishes, *strong)


def _light(reading: Mapping[str, float], words: str) -> list[Wish]:
    light = reading["L"]
    away = min(light - _LIGHT[0], 0.0) + max(light - _LIGHT[1], 0.0)
    if abs(away) > 2:
        return [_wish("exposure", -_SHARE * away, words)]
    if reading["shadows"] < _DEEP:
        return [_wish("shadows", 3.0, words)]
    return []


def balanced(view: View, program: Program, words: str) -> tuple[Wish, ...]:
    """Return wishes that take the light's colour back, as far as it is a fault."""
    still = without_geometry(program)
    casts = cast_of(to_8bit(render_pixels(still, view.small, threads=1)))
    named = zip(("tint", "temperature"), casts, strict=True)
    return tuple(
        _wish(tool, -np.sign(cast) * min(abs(cast), _MOST_CAST) * _SHARE, words)
        for tool, cast in named
        if abs(cast) > _CAST
    )


def cast_of(pixels: np.ndarray) -> tuple[float, float]:
    """Return the a* and b* that the light seems to give to what is grey.

    The middle of three estimates, channel by channel: the mean of what is nearly grey, of what is
    lightest (white patch), and of all, a third of it (grey world: a meadow is green by itself).
    """
    light, a, b = lab(pixels)
    chroma = np.hypot(a, b)
    usable = (light > 15) & (light < 97)
    if not usable.any():
        return 0.0, 0.0
    pale = usable & (chroma <= np.quantile(chroma[usable], 0.2))
    bright = usable & (light >= np.quantile(light[usable], 0.95))
    found = [(float(p[pale].mean()), float(p[bright].mean()), float(p.mean()) / 3) for p in (a, b)]
    return float(np.median(found[0])), float(np.median(found[1]))


def _wish(tool: str, change: float, words: str) -> Wish:
    """Return the wish that moves a tool's attribute by an amount."""
    degree = min(abs(change / TOOLS[tool].target.change), 1.8)
    return Wish(tool, 1 if change > 0 else -1, degree, words=words)
