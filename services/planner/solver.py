"""Plan, look, adjust: how strong each wish must be on this photo, found by rendering and measuring.

Every wish turns one knob, a tool's parameter in one place. What the knob does is the finished
picture with it against the finished picture with the knob where it stood, so wishes that move the
same attribute do not take each other's share. Where they pull against each other ("darker, with
more contrast"), each goes on until it is seen against the photo as it was. A plain wish changes the
tool's attribute by its target; tools whose effect no attribute tells get the amount that their
target gives.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from iea.measure import ATTRIBUTES
from iea.program import Program
from iea.tools import TOOLS
from services.planner.backend import Keep, Wish
from services.planner.handles import Handle
from services.planner.view import SpentError, View

MAX_BURNT = 1.5
"""Points of per cent of the pixels that may newly lose their detail to white or black."""
EXTREME = 2.5
"""The degree from which the user is taken at the word, whatever it burns."""
_ALL_THE_WAY = 100
"""A target change as large as this means the end of the tool's range: black and white."""
_TOLERANCE = 0.02
_PLAIN = 35.0
"""A plain amount of a parameter that has no target."""

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

_SEEN = 0.7
"""The share of what was asked that must be left of a wish when the others have pulled too."""

_MOST_OF_LOOK = 1.6
"""By how much a part of a look may grow for that: parts are set against each other on purpose."""

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
    handle: Handle
    start: float
    amount: float
    limit: float
    """How far the knob may go: the end of its range, or where too much would burn."""
    reach: float = 0.0
    asked: float = 0.0
    solved: bool = False

    @property
    def attribute(self) -> str:
        """What tells how far the knob has come, "" where nothing does."""
        tool = TOOLS[self.handle.tool]
        return tool.target.attribute if self.handle.param == tool.main.name else ""


@dataclass
class _Bench:
    """The photo, the program before the turn, and the program as it stands."""

    view: View
    start: Program
    program: Program
    seed: int

    def turned(self, knob: _Knob, value: float) -> Program:
        return knob.handle.turned(self.program, value, self.seed, knob.wish.also)

    def read(self, knob: _Knob, value: float) -> dict[str, float]:
        """Measure where the knob works, with it at a value."""
        return self.view.read(self.turned(knob, value), knob.attribute, knob.handle.place)

    def drift(self, program: Program, attribute: str) -> float:
        """Return how far an attribute that should stay is from where it was.

        Effects do not count: darker corners were asked for, and to make all else lighter for them
        would be a change of its own.
        """
        now, before = (
            self.view.read(_without_effects(each), attribute) for each in (program, self.start)
        )
        return now[attribute] - before[attribute]


def solve(
    view: View, program: Program, wishes: Iterable[Wish], keeps: Iterable[Keep], seed: int
) -> Solution:
    """Find the program that grants the wishes on a photo and leaves what is kept as it was."""
    bench = _Bench(view, program, program, seed)
    knobs = [_knob(program, wish) for wish in wishes]
    wished = {knob.handle.tool for knob in knobs}
    kept = {name: keep for keep in keeps for name in keep.attributes if name in _OWNERS}
    held: dict[str, Keep] = {}
    for sweep in range(2 if len(knobs) > 1 or kept else 1):
        for i, knob in enumerate(knobs):
            _turn(bench, knob, first=sweep == 0)
            if _too_weak(knob, wished):
                knobs[i] = _replaced(bench, knob, program)
        with suppress(SpentError):
            for name, keep in kept.items():
                _hold(bench, name, keep, wished, held)
    counts = Counter(knob.wish.words for knob in knobs)
    lone = [not k.wish.look and counts[k.wish.words] == 1 for k in knobs]
    shortfalls = [s for k, one in zip(knobs, lone, strict=True) if (s := _shortfall(k, alone=one))]
    return Solution(bench.program, tuple(shortfalls), tuple(held.items()))


def _without_effects(program: Program) -> Program:
    return Program(tuple(s for s in program.steps if TOOLS[s.tool].stage != "effects"))


def _knob(program: Program, wish: Wish) -> _Knob:
    handle = Handle.of(wish)
    param, start = handle.declared, handle.value(program)
    asked = abs(TOOLS[handle.tool].target.change or _PLAIN) * wish.degree
    end = param.max if wish.direction > 0 else param.min
    return _Knob(wish, handle, start, start, end, asked=asked)


def _turn(bench: _Bench, knob: _Knob, *, first: bool) -> None:
    """Set one knob, given all the others; where no renders are left it stays as it was found."""
    change = TOOLS[knob.handle.tool].target.change
    if knob.limit == knob.start:
        return
    with suppress(SpentError):
        if not knob.attribute:
            _turn_by_rote(bench, knob)
        elif abs(change) >= _ALL_THE_WAY:
            _turn_far(bench, knob)
        else:
            _turn_to_effect(bench, knob, knob.wish.direction * float(np.sign(change)), first=first)


def _turn_to_effect(bench: _Bench, knob: _Knob, sign: float, *, first: bool) -> None:
    still = bench.read(knob, knob.start)

    def effect(amount: float) -> float:
        moved = bench.read(knob, amount)
        return float(sign * (moved[knob.attribute] - still[knob.attribute]))

    if first:
        _fathom(bench, knob, still, effect)
    if knob.reach < ATTRIBUTES[knob.attribute].notice:
        return
    share = float(np.interp(knob.wish.degree, *_RESERVE))
    goal = min(knob.asked, share * knob.reach)
    if not first:
        origin = bench.view.read(bench.start, knob.attribute, knob.handle.place)
        pulled = sign * (still[knob.attribute] - origin[knob.attribute])
        most = _MOST_OF_LOOK * goal if knob.wish.look else knob.reach
        goal = min(max(goal, _SEEN * goal - pulled), most, knob.reach)
    if knob.solved and abs(effect(knob.amount) - goal) <= 2 * _TOLERANCE * goal:
        return  # the other wishes did not disturb it
    amount = _find(effect, goal, (knob.start, 0.0), (knob.limit, knob.reach))
    if first or not _burns_more(bench, knob, amount, still):
        _set(bench, knob, amount)


def _burns_more(bench: _Bench, knob: _Knob, amount: float, still: dict[str, float]) -> bool:
    """Tell whether going on, now that the other knobs have moved too, would burn too much."""
    further = abs(amount - knob.start) > abs(knob.amount - knob.start)
    allowed = still.get("burnt", 0.0) + MAX_BURNT
    return further and bench.read(knob, amount).get("burnt", 0.0) > allowed


def _set(bench: _Bench, knob: _Knob, amount: float) -> None:
    knob.amount, knob.solved = knob.handle.rounded(amount), True
    bench.program = bench.turned(knob, knob.amount)


def _turn_by_rote(bench: _Bench, knob: _Knob) -> None:
    """Set a knob that no attribute tells of: by the degree."""
    if not knob.solved:
        knob.reach = knob.asked
        _set(bench, knob, knob.start + knob.wish.direction * knob.asked)


def _turn_far(bench: _Bench, knob: _Knob) -> None:
    """Set a knob whose plain wish means its end: by the degree, unsolved."""
    change = bench.read(knob, knob.limit)[knob.attribute]
    still = bench.read(knob, knob.start)[knob.attribute]
    knob.reach = abs(change - still)
    if knob.reach < ATTRIBUTES[knob.attribute].notice:
        return
    share = min(knob.wish.degree, 1.0)
    knob.asked = 0.0
    _set(bench, knob, knob.start + share * (knob.limit - knob.start))


def _too_weak(knob: _Knob, wished: set[str]) -> bool:
    stronger = _STRONGER.get(knob.handle.tool)
    plain = abs(TOOLS[knob.handle.tool].target.change)
    too_little = knob.reach < max(plain, knob.asked) / 2
    return stronger is not None and stronger not in wished and too_little


def _replaced(bench: _Bench, weak: _Knob, program: Program) -> _Knob:
    """Put the stronger tool in the place of one that has too little to work on."""
    bench.program = bench.turned(weak, weak.start)
    knob = _knob(program, replace(weak.wish, tool=_STRONGER[weak.handle.tool]))
    knob.asked = weak.asked
    _turn(bench, knob, first=True)
    return knob


def _fathom(
    bench: _Bench, knob: _Knob, still: dict[str, float], effect: Callable[[float], float]
) -> None:
    """Find how far a knob may go, and what it does there."""
    allowed = still.get("burnt", 0.0) + MAX_BURNT
    if knob.wish.degree < EXTREME and "burnt" in still:

        def burns(amount: float) -> bool:
            return bench.read(knob, amount)["burnt"] > allowed

        safe, hot = knob.start, knob.limit
        if burns(hot):
            for _ in range(6):
                middle = (safe + hot) / 2
                safe, hot = (safe, middle) if burns(middle) else (middle, hot)
            knob.limit = safe
    knob.reach = effect(knob.limit)


def _find(
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
        if distance <= _TOLERANCE * max(goal, 1e-9):
            break
        c = (a * fb - b * fa) / (fb - fa)
        try:
            fc = effect(c) - goal
        except SpentError:
            break
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
        if tool in wished:
            continue
        drift = bench.drift(bench.program, name)
        if abs(drift) <= ATTRIBUTES[name].notice / 2:
            return
        handle = Handle.main(tool)
        start, param = handle.value(bench.program), handle.declared
        end = param.min if drift > 0 else param.max

        def effect(amount: float, handle: Handle = handle, drift: float = drift) -> float:
            moved = bench.drift(handle.turned(bench.program, amount, bench.seed), name)
            return float(np.sign(drift) * (drift - moved))

        reach = effect(end)
        if reach <= 0:
            continue
        amount = _find(effect, abs(drift), (start, 0.0), (end, reach))
        bench.program = handle.turned(bench.program, handle.rounded(amount), bench.seed)
        held[tool] = keep


def _shortfall(knob: _Knob, *, alone: bool) -> Shortfall | None:
    wish = replace(knob.wish, tool=knob.handle.tool)
    if not knob.solved or knob.amount == knob.start:
        # A look whose other tools do their part has not failed.
        return Shortfall(wish, "none") if alone else None
    plain = abs(TOOLS[knob.handle.tool].target.change)
    if alone and knob.asked and knob.reach < 0.6 * min(knob.asked, plain):
        return Shortfall(wish, "part")
    return None
