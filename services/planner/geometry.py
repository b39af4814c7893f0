"""Wishes of geometry, carried out: crops, turns, mirrors, and a horizon that is looked for."""

import numpy as np
import numpy.typing as npt

from iea.program import Program
from iea.tools import TOOLS, Value
from services.planner.backend import Move
from services.planner.handles import with_params
from services.planner.view import Pixels, View

Floats = npt.NDArray[np.float64]

MAX_TILT = 12.0
"""Degrees: a horizon that leans more is meant to."""
_STEP = 0.25
_SIDES = ("left", "top", "right", "bottom")
_TIGHTER = 0.1
"""The share that each side loses to a plain "closer"."""
_UPRIGHT, _ASIDE = 25.0, 20.0
"""Plain corrections of leaning walls, and of walls that run away to a side."""
_SMALLER = 0.5
_EDGES = 4000
"""Pixels with the strongest edges that a tilt is read from, of either kind."""
_UPRIGHT_SHARE = 1.5
_CLEAR = 1.5
"""How far the best tilt must stand out from the middle one to be believed."""


def moved(program: Program, move: Move, view: View) -> tuple[Program, str | None]:
    """Return a program with a wish of geometry carried out, and a key of the replies or None.

    A key that begins with `ask.` means that nothing was done: one thing must be known first.
    """
    if move.value == "none":
        step = program.find(move.kind)
        return (program if step is None else program.without(step.id)), None
    match move.kind:
        case "crop":
            return with_params(program, "crop", _crop(program, move, view)), None
        case "straighten":
            return _straightened(program, view)
        case "rotate" if move.value == "upright":
            return program, "ask.upright"
        case "rotate":
            turns = (
                int(_number(program, "rotate", "turns")) + round(int(move.value) / 90) + 1
            ) % 4 - 1
            return with_params(program, "rotate", {"turns": turns}), None
        case "flip":
            same = _step(program, "flip").get("direction") == move.value
            return with_params(program, "flip", {"direction": "none" if same else move.value}), None
        case "perspective":
            amount = (_UPRIGHT if move.value == "vertical" else _ASIDE) * move.degree
            return with_params(program, "perspective", {move.value: min(amount, 100.0)}), None
    return _resized(program, move, view)


def _resized(program: Program, move: Move, view: View) -> tuple[Program, str | None]:
    """Make a picture smaller, to the pixels that were named or by half; never larger."""
    present = _number(program, "resize", "long_side") or max(view.size)
    count, _, side = move.value.partition(":")
    asked = round(int(count) * _long_side_by(side, view)) if count.isdigit() else present * _SMALLER
    if asked >= present:
        return program, "small_enough"
    return with_params(program, "resize", {"long_side": max(round(asked), 1)}), None


def _long_side_by(side: str, view: View) -> float:
    """Return the longer side in parts of the one that was named."""
    return max(view.size) / {"wide": view.size[0], "tall": view.size[1]}.get(side, max(view.size))


def _crop(program: Program, move: Move, view: View) -> dict[str, Value]:
    across, down = _middle(view)
    if move.value == "tighter":
        x0, y0, x1, y1 = (_number(program, "crop", name) for name in _SIDES)
        cut = min(_TIGHTER * move.degree, 0.35)
        left, top = x0 + 2 * cut * (x1 - x0) * across, y0 + 2 * cut * (y1 - y0) * down
        right, bottom = left + (x1 - x0) * (1 - 2 * cut), top + (y1 - y0) * (1 - 2 * cut)
        sides = zip(_SIDES, (left, top, right, bottom), strict=True)
        return {name: round(value, 4) for name, value in sides}
    wide, tall = (float(part) for part in move.value.split(":"))
    columns, rows = view.size
    sideways = columns / rows > wide / tall  # then the sides are cut, else above and below
    places = ("left", "centre", "right") if sideways else ("top", "centre", "bottom")
    place = across if sideways else down
    return {"aspect": round(wide / tall, 4), "gravity": places[min(int(place * 3), 2)]}


def _middle(view: View) -> tuple[float, float]:
    """Return where the subject's middle is, as shares of the photo; its middle without one."""
    if not view.has("subject"):
        return 0.5, 0.5
    cover = view.cover("subject")
    rows, columns = np.nonzero(cover)
    height, width = cover.shape
    return float(columns.mean() + 0.5) / width, float(rows.mean() + 0.5) / height


def _straightened(program: Program, view: View) -> tuple[Program, str | None]:
    tilt = tilt_of(view.small)
    if tilt is None:
        return program, "no_horizon"
    if abs(tilt) < 2 * _STEP:
        return program, "level"
    return with_params(program, "straighten", {"degrees": -tilt}), None


def tilt_of(pixels: Pixels) -> float | None:
    """Return by how many degrees a picture leans clockwise; None where no line tells.

    Strong edges near the axes are projected along directions near them (the Radon transform): where
    the direction is theirs, edges of one polarity pile up in few lines, and the sum of squares
    peaks. Upright lines count more than level ones, which perspective slants.
    """
    luma = np.asarray(pixels @ np.array([0.2126, 0.7152, 0.0722]))
    down, across = np.gradient(luma)
    angles = np.arange(-MAX_TILT, MAX_TILT + _STEP / 2, _STEP)
    level, upright = _piles(down, across, angles), _piles(across.T, down.T, -angles)
    scores = level / np.median(level) + _UPRIGHT_SHARE * upright / np.median(upright)
    best = int(np.argmax(scores))
    clear = scores[best] > _CLEAR * np.median(scores) and 0 < best < angles.size - 1
    return round(float(angles[best]), 2) if clear else None


def _piles(edges: Floats, other: Floats, angles: Floats) -> Floats:
    """Return for each angle how high edges along it pile up in lines of rows."""
    strength = np.where(np.abs(edges) > 2 * np.abs(other), np.abs(edges), 0.0)
    rows, columns = np.divmod(np.argsort(strength, axis=None)[-_EDGES:], edges.shape[1])
    weights = np.sqrt(strength[rows, columns]) * np.sign(edges[rows, columns])
    scores = np.empty(angles.size)
    for i, angle in enumerate(np.radians(angles)):
        lines = rows * np.cos(angle) - columns * np.sin(angle)
        piles = np.bincount(np.round(lines - lines.min()).astype(int), weights)
        scores[i] = (piles**2).sum()
    return np.maximum(scores, 1e-9)


def _step(program: Program, tool: str) -> dict[str, Value]:
    step = program.find(tool)
    return {} if step is None else dict(step.params)


def _number(program: Program, tool: str, param: str) -> float:
    value = {**TOOLS[tool].defaults(), **_step(program, tool)}[param]
    assert isinstance(value, int | float)
    return value
