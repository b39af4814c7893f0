"""Plan, look, adjust: how strong each wish must be on this photo, found by rendering and measuring.

Every wish moves one tool, its knob. What the knob does is the finished picture with it against the
finished picture with the knob where it stood, so wishes that move the same attribute do not take
each other's share. A plain wish changes the tool's attribute by its target.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from iea.measure import ATTRIBUTES
from iea.program import Program, Step
from iea.tools import TOOLS
from services.planner.backend import Keep, Wish
from services.planner.view import View

BUDGET = 60
"""Renders for one turn."""
MAX_BURNT = 1.5
"""Points of per cent of the pixels that may newly lose their detail to white or black."""
EXTREME = 2.5
"""The degree from which the user is taken at the word, whatever it burns."""
_ALL_THE_WAY = 100
"""A target change as large as this means the end of the tool's range: black and white."""
_TOLERANCE = 0.02

_RESERVE = ((0.0, 0.5, 1.0, 1.8, EXTREME), (0.0, 0.45, 0.65, 0.85, 1.0))
"""The share of what a knob can reach on this photo that each degree may take: where the reach is
short, "a bit", plain, "a lot" and "extremely" still differ."""

_OWNERS = {
    "L": ("exposure",),
    "C": ("contrast",),
    "a": ("tint",),
    "b": ("temperature",),
    "S": ("saturation",),
    "shadows": ("shadows",),
    "highlights": ("highlights", "whites"),
}
"""The tools that bring a kept attribute back, in order of trial."""

_STRONGER = {"vibrance": "saturation"}
"""The tool that takes over where one has too little to work on."""


@dataclass(frozen=True)
class Shortfall:
    """A wish that the photo did not grant in full: `none` at all, or only in `part`."""

    wish: Wish
    grade: Literal["none", "part"]


@dataclass(frozen=True)
class Solution:
    """The program that was found, the wishes it fell short of, and the keeps it had to work for."""

    program: Program
    shortfalls: tuple[Shortfall, ...] = ()
    held: tuple[tuple[str, Keep], ...] = ()
    """Tools that were added only to keep something, and what."""


@dataclass
class _Knob:
    wish: Wish
    tool: str
    start: float
    amount: float
    limit: float
    """How far the knob may go: the end of its range, or where too much would burn."""
    reach: float = 0.0
    asked: float = 0.0
    solved: bool = False

    @property
    def attribute(self) -> str:
        return TOOLS[self.tool].target.attribute


@dataclass
class _Bench:
    """The photo, the program as it stands, and the renders left."""

    view: View
    program: Program
    seed: int
    before: dict[str, float] = field(default_factory=dict)
    kept: dict[str, float] = field(default_factory=dict)
    """What was there without effects."""

    @property
    def spent(self) -> bool:
        return self.view.renders >= BUDGET

    def read(self, tool: str, amount: float, attribute: str) -> dict[str, float]:
        return self.view.read(with_amount(self.program, tool, amount, self.seed), attribute)

    def drift(self, program: Program, attribute: str) -> float:
        """Return how far an attribute that should stay is from where it was.

        Effects do not count: darker corners were asked for, and to make all else lighter for them
        would be a change of its own.
        """
        return (
            self.view.read(_without_effects(program), attribute)[attribute] - self.kept[attribute]
        )


def solve(
    view: View, program: Program, wishes: Iterable[Wish], keeps: Iterable[Keep], seed: int
) -> Solution:
    """Find the program that grants the wishes on a photo and leaves what is kept as it was."""
    bench = _Bench(view, program, seed)
    bench.before = view.read(program)
    bench.kept = view.read(_without_effects(program))
    knobs = [_knob(program, wish) for wish in wishes]
    wished = {knob.tool for knob in knobs}
    kept = {name: keep for keep in keeps for name in keep.attributes if name in _OWNERS}
    held: dict[str, Keep] = {}
    for sweep in range(2 if len(knobs) > 1 or kept else 1):
        for i, knob in enumerate(knobs):
            _turn(bench, knob, first=sweep == 0)
            if _too_weak(knob, wished):
                knobs[i] = _replaced(bench, knob, program)
        for name, keep in kept.items():
            _hold(bench, name, keep, wished, held)
    counts = Counter(knob.wish.words for knob in knobs)
    shortfalls = [s for k in knobs if (s := _shortfall(k, alone=counts[k.wish.words] == 1))]
    return Solution(bench.program, tuple(shortfalls), tuple(held.items()))


def with_amount(program: Program, tool: str, amount: float, seed: int) -> Program:
    """Return the program with a tool's main parameter set; at its default, without the tool."""
    step = program.find(tool)
    if amount == TOOLS[tool].main.default:
        return program.without(step.id) if step is not None else program
    if step is None:
        params = TOOLS[tool].defaults()
        if "seed" in params:
            params["seed"] = seed
        taken = {other.id for other in program.steps}
        new = Step(tool, params, id=tool if tool not in taken else f"{tool}-2")
        return Program((*program.steps, new.with_amount(amount)))
    changed = step.with_amount(amount)
    return Program(tuple(changed if s is step else s for s in program.steps))


def _without_effects(program: Program) -> Program:
    return Program(tuple(s for s in program.steps if TOOLS[s.tool].stage != "effects"))


def amount_of(program: Program, tool: str) -> float:
    """Return where a tool's main parameter stands in a program."""
    step = program.find(tool)
    return step.amount if step is not None else TOOLS[tool].main.default


def rounded(tool: str, amount: float) -> float:
    """Round an amount to what a person would set: hundredths of a stop, else whole steps."""
    main = TOOLS[tool].main
    digits = 2 if main.max <= 10 else 1 if abs(amount) < 10 else 0
    return min(max(round(amount, digits), main.min), main.max)


def _knob(program: Program, wish: Wish, tool: str = "") -> _Knob:
    tool = tool or wish.tool
    main, start = TOOLS[tool].main, amount_of(program, tool)
    asked = abs(TOOLS[tool].target.change) * wish.degree
    end = main.max if wish.direction > 0 else main.min
    return _Knob(wish, tool, start, start, end, asked=asked)


def _turn(bench: _Bench, knob: _Knob, *, first: bool) -> None:
    """Set one knob, given all the others."""
    if bench.spent or knob.limit == knob.start:
        return
    if abs(TOOLS[knob.tool].target.change) >= _ALL_THE_WAY:
        _turn_far(bench, knob)
        return
    still = bench.read(knob.tool, knob.start, knob.attribute)
    sign = knob.wish.direction * np.sign(TOOLS[knob.tool].target.change)

    def effect(amount: float) -> float:
        moved = bench.read(knob.tool, amount, knob.attribute)
        return float(sign * (moved[knob.attribute] - still[knob.attribute]))

    if first:
        _fathom(bench, knob, still, effect)
    if knob.reach < ATTRIBUTES[knob.attribute].notice:
        return
    share = float(np.interp(knob.wish.degree, *_RESERVE))
    goal = min(knob.asked, share * knob.reach)
    if knob.solved and abs(effect(knob.amount) - goal) <= 2 * _TOLERANCE * goal:
        return  # the other wishes did not disturb it
    amount = _find(bench, effect, goal, (knob.start, 0.0), (knob.limit, knob.reach))
    knob.amount, knob.solved = rounded(knob.tool, amount), True
    bench.program = with_amount(bench.program, knob.tool, knob.amount, bench.seed)


def _too_weak(knob: _Knob, wished: set[str]) -> bool:
    stronger = _STRONGER.get(knob.tool)
    plain = abs(TOOLS[knob.tool].target.change)
    too_little = knob.reach < max(plain, knob.asked) / 2
    return stronger is not None and stronger not in wished and too_little


def _replaced(bench: _Bench, weak: _Knob, program: Program) -> _Knob:
    """Put the stronger tool in the place of one that has too little to work on."""
    bench.program = with_amount(bench.program, weak.tool, weak.start, bench.seed)
    knob = _knob(program, weak.wish, _STRONGER[weak.tool])
    knob.asked = weak.asked
    _turn(bench, knob, first=True)
    return knob


def _turn_far(bench: _Bench, knob: _Knob) -> None:
    """Set a knob whose plain wish means its end: by the degree, unsolved."""
    change = bench.read(knob.tool, knob.limit, knob.attribute)[knob.attribute]
    knob.reach = abs(change - bench.before[knob.attribute])
    if knob.reach < ATTRIBUTES[knob.attribute].notice:
        return
    share = min(knob.wish.degree, 1.0)
    knob.amount = rounded(knob.tool, knob.start + share * (knob.limit - knob.start))
    knob.solved, knob.asked = True, 0.0
    bench.program = with_amount(bench.program, knob.tool, knob.amount, bench.seed)


def _fathom(
    bench: _Bench, knob: _Knob, still: dict[str, float], effect: Callable[[float], float]
) -> None:
    """Find how far a knob may go, and what it does there."""
    allowed = still.get("burnt", 0.0) + MAX_BURNT
    if knob.wish.degree < EXTREME and "burnt" in still:

        def burns(amount: float) -> bool:
            return bench.read(knob.tool, amount, knob.attribute)["burnt"] > allowed

        safe, hot = knob.start, knob.limit
        if burns(hot):
            for _ in range(6):
                middle = (safe + hot) / 2
                safe, hot = (safe, middle) if burns(middle) else (middle, hot)
            knob.limit = safe
    knob.reach = effect(knob.limit)


def _find(
    bench: _Bench,
    effect: Callable[[float], float],
    goal: float,
    low: tuple[float, float],
    high: tuple[float, float],
) -> float:
    """Return the amount whose effect is `goal`, between two known points, by false position.

    The Illinois variant (Dowell and Jarratt 1971) halves an end that stays, and so never stalls.
    """
    (a, fa), (b, fb) = (low[0], low[1] - goal), (high[0], high[1] - goal)
    if fb <= 0:
        return b
    best, distance, side = b, abs(fb), 0
    for _ in range(7):
        if bench.spent or distance <= _TOLERANCE * max(goal, 1e-9):
            break
        c = (a * fb - b * fa) / (fb - fa)
        fc = effect(c) - goal
        if abs(fc) < distance:
            best, distance = c, abs(fc)
        if fc > 0:
            b, fb = c, fc
            fa, side = (fa / 2, 1) if side == 1 else (fa, 1)
        else:
            a, fa = c, fc
            fb, side = (fb / 2, -1) if side == -1 else (fb, -1)
    return best


def _hold(bench: _Bench, name: str, keep: Keep, wished: set[str], held: dict[str, Keep]) -> None:
    """Bring a kept attribute back with its own tools, where it drifted."""
    for tool in _OWNERS[name]:
        if tool in wished or bench.spent:
            continue
        drift = bench.drift(bench.program, name)
        if abs(drift) <= ATTRIBUTES[name].notice / 2:
            return
        start, main = amount_of(bench.program, tool), TOOLS[tool].main
        end = main.min if drift > 0 else main.max

        def effect(amount: float, tool: str = tool, drift: float = drift) -> float:
            moved = bench.drift(with_amount(bench.program, tool, amount, bench.seed), name)
            return float(np.sign(drift) * (drift - moved))

        reach = effect(end)
        if reach <= 0:
            continue
        amount = _find(bench, effect, abs(drift), (start, 0.0), (end, reach))
        bench.program = with_amount(bench.program, tool, rounded(tool, amount), bench.seed)
        held[tool] = keep


def _shortfall(knob: _Knob, *, alone: bool) -> Shortfall | None:
    wish = replace(knob.wish, tool=knob.tool)
    if not knob.solved or knob.amount == knob.start:
        # A look whose other tools do their part has not failed.
        return Shortfall(wish, "none") if alone else None
    plain = abs(TOOLS[knob.tool].target.change)
    if alone and knob.asked and knob.reach < 0.6 * min(knob.asked, plain):
        return Shortfall(wish, "part")
    return None
