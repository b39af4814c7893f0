"""What wishes make of a program on a photo: steps, strengths, masks, moves."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from iea.masks.places import ELSEWHERE, mask_of
from iea.program import Program, Step
from iea.tools import TOOLSETS, Param, Value, iea16
from training.synthetic.scene import PLAIN, Scene
from training.synthetic.wishes import COLOUR, MOVES, Wish, place_of

_TURNED = ("tint",)
"""Tools of `iea16` whose amount runs against that of `iea`."""
_TIGHTER, _WALLS, _ASIDE, _SMALLER = 0.1, 25.0, 20.0, 0.5
"""Plain moves: the share that each side loses, corrections of leaning and of receding walls, and
the share of the size that is left."""
_LEFT = 0.6
"""What a plain wish to the other side leaves of what was too much."""

_MILD = 0.7
"""What is left of wishes that must not be overdone."""
KEPT_PLACES = ("sky", "face", "subject", "background", "shadows", "highlights")
"""What can be kept by working everywhere else."""
KEPT = {
    "L": ("L",),
    "C": ("C",),
    "colours": ("a", "b", "S"),
    "saturation": ("S",),
    "temperature": ("b",),
    "sharpness": ("D",),
    "grain": ("N",),
    "mood": ("L", "b"),
}
"""What is kept if attributes of `iea.measure` stay."""


def granted(program: Program, wishes: Iterable[Wish], scene: Scene) -> Program | None:
    """Return a program with wishes carried out on a photo; None where it does not allow one."""
    for wish in wishes:
        if not scene.has(wish.atom.region):
            return None
        after = _granted(program, wish, scene)
        if after is None or after == program:
            return None
        program = after
    return program


def _granted(program: Program, wish: Wish, scene: Scene) -> Program | None:
    colour = COLOUR.fullmatch(wish.atom.name)
    if colour is not None:
        return _adjusted(program, wish, f"{colour[1]}_{colour[2]}", scene)
    if wish.tool in MOVES:
        return _with(program, wish.tool, "", _moved(wish, scene))
    return _adjusted(program, wish, TOOLSETS[program.toolset].tools[wish.tool].main.name, scene)


def _adjusted(program: Program, wish: Wish, name: str, scene: Scene) -> Program | None:
    """Move one parameter, from where it stands."""
    tool = TOOLSETS[program.toolset].tools[wish.tool]
    place = place_of(tool, wish.atom)
    param = next(p for p in tool.params if isinstance(p, Param) and p.name == name)
    step = _find(program, wish.tool, place)
    now = param.default if step is None else step.params[name]
    assert isinstance(now, int | float)
    turned = program.toolset == iea16.NAME and wish.tool in _TURNED
    way, pushed = -wish.way if turned else wish.way, now - param.default
    if wish.number:
        value = now + way * _amount_said(wish, param)
    elif pushed * way < 0:
        # What an earlier turn did too much of is taken back in part, not countered.
        value = param.default + _LEFT**wish.degree * pushed
    else:
        move = _solved(program.toolset, wish, way, scene, main=name == tool.main.name)
        if move is None:
            return None
        value = now + way * move
    return _with(program, wish.tool, place, {name: _rounded(value, param)})


def _solved(toolset: str, wish: Wish, way: int, scene: Scene, *, main: bool) -> float | None:
    if toolset == iea16.NAME:
        return wish.strength
    return scene.amount(wish.tool, way, wish.degree) if main else PLAIN * wish.degree


def _amount_said(wish: Wish, param: Param) -> float:
    """Return the amount, 0 or more, that a number in words means: of light, per cent are."""
    if param.unit != "EV":
        return float(wish.number)
    return abs(math.log2(max(1 + wish.way * wish.number / 100, 0.1)))


def _rounded(value: float, param: Param) -> float:
    """Round to what a person would set: hundredths of a stop, else whole steps."""
    digits = 2 if param.max <= 10 else 0
    return float(min(max(round(value, digits), param.min), param.max))


def _moved(wish: Wish, scene: Scene) -> dict[str, Value]:
    """Return the parameters of a wish of geometry."""
    value = wish.atom.name.partition(":")[2]
    match wish.tool:
        case "crop" if value == "tighter":
            cut = round(_TIGHTER * wish.atom.degree, 4)
            rest = round(1 - cut, 4)
            return {"left": cut, "top": cut, "right": rest, "bottom": rest}
        case "crop":
            wide, tall = map(float, value.split(":"))
            return {"aspect": round(wide / tall, 4)}
        case "rotate":
            return {"turns": (int(value) // 90 + 1) % 4 - 1}
        case "flip":
            return {"direction": value}
        case "perspective":
            plain = _WALLS if value == "vertical" else _ASIDE
            return {value: plain * wish.atom.degree}
    return {"long_side": round(max(scene.size) * _SMALLER)}


def fulfilled(
    wishes: Iterable[Wish], keeps: Sequence[str], scene: Scene, toolset: str
) -> Program | None:
    """Return a program for a photo as it came, of wishes and of what should stay.

    None where the photo does not allow a wish, where nobody would see the change, or where what
    should stay does not.
    """
    nothing = Program(toolset=toolset)
    if "natural" in keeps:
        wishes = [replace(wish, strength=_MILD * wish.strength) for wish in wishes]
    program = granted(nothing, wishes, scene)
    for place in (keep for keep in keeps if keep in KEPT_PLACES):
        if program is None or not scene.has(place):
            return None
        program = _leaving_alone(program, place)
    if program is None or not scene.differ(nothing, program):
        return None
    attributes = [name for keep in keeps for name in KEPT.get(keep, ())]
    return program if scene.holds(program, attributes) else None


def _leaving_alone(program: Program, place: str) -> Program | None:
    """Return a program that works everywhere but in a place; None where no step has a place."""
    whole = {s.id for s in program.steps if s.declared.masks and s.mask is None}
    if TOOLSETS[program.toolset].plain or not whole:
        return None
    mask = mask_of(ELSEWHERE + place)
    steps = (replace(s, mask=mask) if s.id in whole else s for s in program.steps)
    return replace(program, steps=tuple(steps))


def _find(program: Program, tool: str, place: str) -> Step | None:
    mask = mask_of(place)
    return next((s for s in program.steps if s.tool == tool and s.mask == mask), None)


def _with(program: Program, tool: str, place: str, params: dict[str, Value]) -> Program:
    """Return a program with parameters set; a step that then does nothing is left out."""
    old = _find(program, tool, place)
    step = old or _new_step(program, tool, place)
    new = replace(step, params={**step.params, **params})
    if new.declared.is_neutral(new.params):
        return program if old is None else program.without(old.id)
    if old is None:
        return replace(program, steps=(*program.steps, new))
    return replace(program, steps=tuple(new if s is old else s for s in program.steps))


def _new_step(program: Program, tool: str, place: str) -> Step:
    # A step that was put elsewhere ("leave the face alone") still has its name.
    free = program.free_id("-".join(filter(None, (tool, place))))
    defaults = TOOLSETS[program.toolset].tools[tool].defaults()
    return Step(tool, defaults, id=free, mask=mask_of(place), toolset=program.toolset)
