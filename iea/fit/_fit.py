"""Fitting: where the picture lies in the other, its tones on small copies, its detail in pixels."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from iea.errors import InvalidError
from iea.fit._align import Place, align
from iea.fit._copies import fine, grid, likeness, sampled, shrunk
from iea.fit._detail import FINE, Detail
from iea.fit._search import program_of, search
from iea.image import Picture, to_8bit
from iea.measure import Gauge
from iea.measure.lab import lab
from iea.program import Program, Step
from iea.render import render_pixels
from iea.tools import TOOLS, Value

SIDE, POINTS = 128, 48
"""Longest side of the small copies, in pixels, and of grids of single pixels."""
_ROTE = 35.0
"""The plain amount of a tool that has no target."""
_SAME = 0.9
"""The likeness of fine lightness below which it is another picture: edits stay above 0.97."""
_MISSED = 3.0
"""The mean colour difference up to which a picture without structure counts as reached."""


@dataclass(frozen=True)
class Fit:
    """What leads from one picture to another.

    `strengths` has for every step what it does in plain wishes (`Tool.target`): 1 is what "more"
    alone asks for, the sign is that of the tool's amount, and geometry has 0. `before` and `after`
    are the mean CIELAB difference (CIE 1976) to AFTER without and with the program, on small copies
    of the part of BEFORE that is in AFTER.
    """

    program: Program
    strengths: tuple[float, ...]
    before: float
    after: float


def fit(before: Picture, after: Picture) -> Fit:
    """Find a short program of toolset `iea` that turns a picture into another.

    Raises `InvalidError` where the one is no edit of the other.
    """
    place = align(before.pixels, after.pixels)
    part = place.cut(before.pixels)
    rows, columns = grid(part.shape, SIDE)
    old, new = shrunk(part, rows, columns), shrunk(after.pixels, rows, columns)
    detail = Detail(part, after.pixels) if place.keeps_size else None
    if detail and detail.tells:
        cells = grid(part.shape, POINTS)
        tones = search(sampled(part, *cells), sampled(after.pixels, *cells))
    else:
        tones = search(old, new)
    fine_steps = detail.fit(tones.amounts) if detail else []
    program = program_of(tones.amounts, *fine_steps)
    finished = _rendered(_of_tones(program), old)
    left = _difference(finished, new)
    _check(finished, new, left)
    strengths = _strengths(program, old, detail)
    order = sorted(range(len(strengths)), key=lambda i: -abs(strengths[i]))
    moves = _moves(place, before)
    steps = (*moves, *(program.steps[i] for i in order))
    whole = Program(tuple(replace(step, id=f"s{i + 1}") for i, step in enumerate(steps)))
    known = (*(0.0 for _ in moves), *(strengths[i] for i in order))
    return Fit(whole, known, _difference(old, new), left)


def reasons(found: Fit, before: Picture, after: Picture) -> Iterator[str]:
    """Yield for each step of a program that was found why it is there."""
    moves = Program(tuple(s for s in found.program.steps if s.declared.geometry is not None))
    cells = grid(after.pixels.shape, SIDE)
    old = shrunk(render_pixels(moves, before.pixels), *cells)
    new = shrunk(after.pixels, *cells)
    changes = Program(found.program.steps[len(moves.steps) :])
    left = _difference(_rendered(_of_tones(changes), old), new)
    for step in found.program.steps:
        if step.declared.geometry is not None:
            yield "The other picture shows the photo this way."
        elif step.tool in FINE:
            yield "The other picture differs in fine detail, pixel by pixel."
        else:
            without = _rendered(_of_tones(changes.without(step.id)), old)
            yield (
                f"Without it a mean colour difference of {_difference(without, new):.1f} from the "
                f"other picture would be left, and with it {left:.1f}."
            )


def _of_tones(program: Program) -> Program:
    """Leave out what works on single pixels: on a small copy it would do something else."""
    return replace(program, steps=tuple(s for s in program.steps if s.tool not in FINE))


def _rendered(program: Program, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return to_8bit(render_pixels(program, pixels, threads=1))


def _difference(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    return float(np.sqrt(np.square(lab(one) - lab(other)).sum(axis=0)).mean())


def _check(finished: npt.NDArray[np.uint8], aim: npt.NDArray[np.uint8], difference: float) -> None:
    """Refuse a pair that has neither its structure nor, after all, its colours in common."""
    alike = likeness(fine(lab(finished)[0], 6), fine(lab(aim)[0], 6))
    if alike < _SAME and difference > _MISSED:
        raise InvalidError(
            f"AFTER does not look like an edit of BEFORE: a mean colour difference of "
            f"{difference:.0f} is left; give two versions of the same photo."
        )


def _moves(place: Place, before: Picture) -> list[Step]:
    """Return the steps of geometry."""
    steps: list[Step] = []
    upside_down = place.turns == 2 and place.mirrored
    if place.turns and not upside_down:
        steps.append(_step("rotate", turns=place.turns))
    if place.mirrored:
        direction = "vertical" if upside_down else "horizontal"
        steps.append(_step("flip", direction=direction))
    width, height = (before.width, before.height)[:: -1 if place.turns % 2 else 1]
    left, top, right, bottom = place.box
    edges = {
        "left": left / width,
        "top": top / height,
        "right": right / width,
        "bottom": bottom / height,
    }
    if place.box != (0, 0, width, height):
        # Seven digits find every pixel of the largest photos again.
        steps.append(_step("crop", **{name: round(at, 7) for name, at in edges.items()}))
    if not place.keeps_size:
        steps.append(_step("resize", long_side=max(place.size)))
    return steps


def _step(tool: str, **params: Value) -> Step:
    return Step(tool, {**TOOLS[tool].defaults(), **params})


def _strengths(
    program: Program, pixels: npt.NDArray[np.uint8], detail: Detail | None
) -> tuple[float, ...]:
    """Return what every step does in the finished picture, in plain wishes of its tool."""
    gauge = Gauge(pixels)
    finished = gauge.read(_rendered(_of_tones(program), pixels))
    strengths = []
    for step in program.steps:
        tool, without = TOOLS[step.tool], program.without(step.id)
        name = tool.target.attribute
        if not name or tool.name == "black_and_white":
            plain = abs(tool.target.change) or _ROTE
            strengths.append(step.amount / plain)
            continue
        if name in ("D", "N"):
            assert detail is not None
            close = detail.gauge()
            change = close.read(detail.pixels(program))[name]
            change -= close.read(detail.pixels(without))[name]
        else:
            change = finished[name] - gauge.read(_rendered(_of_tones(without), pixels))[name]
        strengths.append(_signed(change / tool.target.change, step))
    return tuple(strengths)


def _signed(strength: float, step: Step) -> float:
    """Give a strength the sign of the amount, which is what words are chosen by."""
    return float(np.copysign(strength, step.amount))
