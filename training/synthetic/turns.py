"""What a turn about the edit makes of it: undo, less, more, the other way, only there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from iea.masks.places import mask_of
from iea.program import Program, Step
from iea.tools import TOOLSETS, Param, Value
from training.records import Reply
from training.synthetic.scene import Scene
from training.wordings import DEGREES, Atom

FACTORS = {"act:more": (1.25, 1.5, 2.0, 3.0), "act:less": (0.75, 0.6, 0.4, 0.2)}
"""By the degrees of the words: what becomes of the amounts that the last turn moved."""
_TALK = ("act:thanks", "act:explain", "act:changes", "act:describe")
"""Acts that are answered in words alone."""
_DONE = ("act:undo", "act:reset", "act:more", "act:less", "act:reverse", "act:only", "act:correct")
ACTS = (*_DONE, *_TALK)
"""The acts that are known here."""
_STEADY = ("hue", "seed", "aspect", "turns", "long_side")
"""How parameters end that no "more" makes larger."""


@dataclass(frozen=True)
class Turn:
    """A turn that was: its words, and the program after it."""

    words: str
    program: Program


def answered(act: Atom, turns: Sequence[Turn], scene: Scene) -> tuple[Program, Reply] | None:
    """Return the program and the kind of reply to one of `ACTS` after turns, one at the least.

    None where this photo or these turns give the act nothing to do.
    """
    now = turns[-1].program
    nothing = Program(toolset=now.toolset)
    before = turns[-2].program if len(turns) > 1 else nothing
    if act.name in _TALK:
        return now, "no_change"
    match act.name:
        case "act:undo":
            after = before
        case "act:reset":
            after = nothing
        case "act:more" | "act:less":
            after = _scaled(before, now, FACTORS[act.name][DEGREES.index(act.degree)])
        case "act:reverse":
            after = _scaled(before, now, -1.0)
        case _:
            after = _placed(before, now, act.region) if scene.has(act.region) else now
    return (after, "edited") if scene.differ(now, after) else None


def _moved(before: Program, now: Program) -> list[tuple[Step, Step | None]]:
    """Return the steps that the last turn made or moved, each with what it was."""
    old = {step.id: step for step in before.steps}
    return [(s, old.get(s.id)) for s in now.steps if s != old.get(s.id)]


def _scaled(before: Program, now: Program, factor: float) -> Program:
    """Make what the last turn moved stronger, weaker or opposite, seen from before it."""
    steps = {step.id: _scaled_step(step, old, factor) for step, old in _moved(before, now)}
    after = (steps.get(step.id, step) for step in now.steps)
    return replace(now, steps=tuple(s for s in after if not s.declared.is_neutral(s.params)))


def _scaled_step(step: Step, old: Step | None, factor: float) -> Step:
    start = step.declared.defaults() if old is None else old.params
    params: dict[str, Value] = dict(step.params)
    for param in step.declared.params:
        was, is_ = start[param.name], params[param.name]
        if not isinstance(param, Param) or param.name.endswith(_STEADY):
            continue
        assert isinstance(was, int | float)
        assert isinstance(is_, int | float)
        params[param.name] = _rounded(was + factor * (is_ - was), param)
    fault = step.declared.fault
    return step if fault is not None and fault(**params) else replace(step, params=params)


def _rounded(value: float, param: Param) -> float:
    digits = 4 if param.max <= 1 else 2 if param.max <= 10 else 0
    return float(min(max(round(value, digits), param.min), param.max))


def _placed(before: Program, now: Program, place: str) -> Program:
    """Put what the last turn did in one place, and only there."""
    plain = TOOLSETS[now.toolset].plain
    able = {step.id for step, _ in _moved(before, now) if step.declared.masks and not plain}
    steps = (replace(s, mask=mask_of(place)) if s.id in able else s for s in now.steps)
    return replace(now, steps=tuple(steps))
