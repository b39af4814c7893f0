"""Which few tools, and how much of each, lead from one small copy to another.

A beam search over sets of tools: from every set kept, each other tool is tried with its probe, the
gain of adding it is foretold by least squares on all tools' columns, and the most promising sets
are refined by Gauss-Newton steps with renders. Residuals count by their size rather than its square
(iteratively reweighted least squares), so that a part that was edited otherwise does not bend the
rest. A set pays for each of its tools.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from iea.fit._copies import Floats
from iea.image import to_8bit
from iea.measure.lab import lab
from iea.program import Program, Step
from iea.render import Photo, render_pixels
from iea.tools import TOOLS

Amounts = Mapping[str, float]
"""Tools to the value of their main parameter."""

PROBES = {
    "exposure": 0.5,
    "contrast": 25.0,
    "highlights": 30.0,
    "shadows": 30.0,
    "whites": 30.0,
    "blacks": 30.0,
    "fade": 25.0,
    "temperature": 20.0,
    "tint": 20.0,
    "saturation": 25.0,
    "vibrance": 30.0,
    "black_and_white": 100.0,
    "sepia": 50.0,
    "vignette": 30.0,
    "dehaze": 25.0,
    "clarity": 35.0,
}
"""The tools that are looked for, and the change of each that its effect is learnt from."""

COST, SHARE = 0.06, 0.05
"""What a tool must lower the mean colour difference by: so much, and such a share of it."""
RARE = {
    "sepia": 1.5,
    "fade": 1.3,
    "whites": 1.3,
    "blacks": 1.3,
    "dehaze": 2.0,
    "clarity": 2.0,
    "vibrance": 1.1,
}
"""How many times its cost a tool must be worth that people ask for less."""
MOST = 6
"""Tools of a program."""
BEAM, BRANCHES = 2, 3
"""Sets that are kept, and sets that each of them is grown to."""
PRUNED = 2
"""Tools that are tried to be left out at a time."""
BUDGET = 1600
"""Renders of one search, a slow tool counting as many: less than a second."""
GROWTH = 0.7
"""The share of it after which no tools are added."""
SLOW = {"dehaze": 14, "clarity": 10}
"""How many renders one with a tool takes the time of, where it looks at the whole picture."""
FLOOR = 0.3
"""A mean difference that rounding to 8 bit alone may leave."""
_GREY, _COLOURED = 0.8, 1.2
"""Mean chroma below which a picture is black and white, and above which it had colours."""
_RIDGE = 1e-3
_FURTHEST = 3.0
"""Probes that an amount may move by in one step."""


@dataclass(frozen=True)
class State:
    """A set of tools with amounts, and the mean colour difference that they leave."""

    amounts: Amounts
    distance: float

    @property
    def score(self) -> float:
        """The difference with what the tools cost: smaller is better."""
        cost = sum(RARE.get(tool, 1.0) for tool in self.amounts)
        return self.distance * (1 + SHARE) ** cost + COST * cost


def program_of(amounts: Amounts, *more: Step) -> Program:
    """Make a program of tools at these amounts, after other steps."""
    steps = [
        Step(tool, {**TOOLS[tool].defaults(), TOOLS[tool].main.name: amount}, id=tool)
        for tool, amount in amounts.items()
    ]
    return Program((*more, *steps))


def search(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> State:
    """Find the amounts of few tools that lead from a picture nearest to another of its size."""
    bench = _Bench(before, after)
    kept = bench.starts()
    best = min(kept, key=lambda state: state.score)
    for _ in range(MOST):
        grown = [state for old in kept for state in bench.grown(old)]
        kept = _distinct(sorted(grown, key=lambda state: state.score))[:BEAM]
        if not kept or (kept[0].score >= best.score and len(best.amounts) > 0):
            break
        best = min(best, kept[0], key=lambda state: state.score)
        # The rest is for leaving out what was taken too much.
        if best.distance < FLOOR or bench.spent > GROWTH:
            break
    return _rounded(bench, bench.pruned(best))


def _distinct(states: Iterable[State]) -> list[State]:
    found = {frozenset(state.amounts): state for state in reversed(list(states))}
    return sorted(found.values(), key=lambda state: state.score)


def _rounded(bench: "_Bench", state: State) -> State:
    """Give amounts as people set them: whole numbers, hundredths of an EV."""
    digits = {"exposure": 2}
    amounts = {tool: round(a, digits.get(tool)) for tool, a in state.amounts.items()}
    return bench.state({tool: float(a) for tool, a in amounts.items() if a})


class _Bench:
    """The two copies, and what renders of the one are compared by with the other."""

    def __init__(self, before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> None:
        self._photo = Photo(before)
        self._before, self._target = lab(before), lab(after)
        self._known: dict[frozenset[tuple[str, float]], Floats] = {}
        self._spent = 0

    @property
    def spent(self) -> float:
        """The share of the renders there are that was used."""
        return self._spent / BUDGET

    def starts(self) -> list[State]:
        """Return where to begin: as it is, and, where AFTER has lost its colours, without them."""
        starts = [self.state({})]
        old, new = (float(np.hypot(*planes[1:]).mean()) for planes in (self._before, self._target))
        if new < _GREY and old > _COLOURED:
            starts = [self.state({"black_and_white": 100.0})]
        # Sepia is one hue, whatever there was: the spread across that hue is all but gone.
        elif _spread(self._target) < 0.25 * _spread(self._before):
            starts.append(self.refined({"sepia": 70.0}))
        return starts

    def planes(self, amounts: Amounts) -> Floats:
        """Return L, a, b of the picture under amounts."""
        key = frozenset(amounts.items())
        if key not in self._known:
            self._spent += 1 + sum(SLOW.get(tool, 0) for tool in amounts)
            program = program_of(amounts)
            self._known[key] = lab(to_8bit(render_pixels(program, self._photo, threads=1)))
        return self._known[key]

    def state(self, amounts: Amounts) -> State:
        """Measure amounts."""
        return State(amounts, self._distance(self.planes(amounts)))

    def _distance(self, planes: Floats) -> float:
        return float(np.sqrt(np.square(planes - self._target).sum(axis=0)).mean())

    def grown(self, state: State) -> list[State]:
        """Return the most promising sets that have one tool more, refined."""
        planes = self.planes(state.amounts)
        own = [self._column(state.amounts, planes, tool) for tool in state.amounts]
        more = [
            (tool, way, column)
            for tool in PROBES
            # Part of the way to black and white is what saturation is for.
            if tool not in state.amounts and tool != "black_and_white"
            for way in ((-1, 1) if TOOLS[tool].main.min < 0 else (1,))
            for column in [way * self._column(state.amounts, planes, tool, way)]
        ]
        residue, weights = self._residue(planes)
        system = _System([*own, *(column for _, _, column in more)], residue, weights)
        promised = []
        for i, (tool, way, _) in enumerate(more):
            chosen = [*range(len(own)), len(own) + i]
            moves, gain = system.solve(chosen)
            if moves[-1] * way > 0:
                promised.append(
                    (gain / RARE.get(tool, 1.0), self._moved(state.amounts, moves, tool))
                )
        promised.sort(key=lambda each: -each[0])
        return [self.refined(amounts) for amounts in _first_of_each(promised)[:BRANCHES]]

    def refined(self, amounts: Amounts, rounds: int = 3) -> State:
        """Move all amounts together for as long as that brings the picture nearer."""
        state = self.state(amounts)
        for _ in range(rounds):
            planes = self.planes(state.amounts)
            columns = [self._column(state.amounts, planes, tool) for tool in state.amounts]
            if not columns or self.spent >= 1:
                break
            system = _System(columns, *self._residue(planes))
            moves, _ = system.solve(list(range(len(columns))))
            best = min(
                (self.state(self._moved(state.amounts, share * moves)) for share in (1.0, 0.4)),
                key=lambda new: new.distance,
            )
            if best.distance >= state.distance:
                break
            enough = best.distance > 0.985 * state.distance
            state = best
            if enough:
                break
        return state

    def pruned(self, state: State) -> State:
        """Leave out every tool that is not worth its cost, the least worth first."""
        while state.amounts and self.spent < 1:
            fewer = [self.refined(amounts, rounds=2) for amounts in self._without_one(state)]
            best = min(fewer, key=lambda each: each.score, default=state)
            if best.score >= state.score:
                break
            state = best
        return state

    def _without_one(self, state: State) -> list[Amounts]:
        """Return the sets of one tool less that least squares foretell the least loss for."""
        planes = self.planes(state.amounts)
        tools = list(state.amounts)
        columns = [self._column(state.amounts, planes, tool) for tool in tools]
        residue, weights = self._residue(planes)
        foretold = []
        for i, tool in enumerate(tools):
            # Without what took the colours away nothing else fits.
            if tool == "black_and_white":
                continue
            lost = residue + columns[i] * np.float32(state.amounts[tool] / PROBES[tool])
            others = [column for column in columns if column is not columns[i]]
            amounts = {t: a for t, a in state.amounts.items() if t != tool}
            moves, gain = np.zeros(0), 0.0
            if others:
                moves, gain = _System(others, lost, weights).solve(list(range(len(others))))
            loss = float((np.square(lost) * weights).sum()) - gain
            foretold.append((loss, self._moved(amounts, moves)))
        foretold.sort(key=lambda each: each[0])
        return [amounts for _, amounts in foretold[:PRUNED]]

    def _column(self, amounts: Amounts, planes: Floats, tool: str, way: int = 1) -> Floats:
        """Return how the picture changes with a probe of a tool.

        What is there already is moved by a part of it, and the column is for more of the amount;
        the column of a new tool is for the direction `way`.
        """
        main, probe = TOOLS[tool].main, PROBES[tool]
        now = amounts.get(tool, 0.0)
        step = probe * (0.4 if tool in amounts else way)
        if not main.min <= now + step <= main.max:
            step = -step
        moved = self.planes({**amounts, tool: min(max(now + step, main.min), main.max)})
        share = step / probe if tool in amounts else abs(step) / probe
        return np.asarray((moved - planes) / share, np.float32)

    def _residue(self, planes: Floats) -> tuple[Floats, Floats]:
        """Return what is missing, and the weight of every pixel."""
        residue = self._target - planes
        sizes = np.sqrt(np.square(residue).sum(axis=0))
        return residue, (1 / (sizes + 0.5 * float(np.median(sizes)) + 0.3)).astype(np.float32)

    def _moved(self, amounts: Amounts, moves: npt.NDArray[np.float64], tool: str = "") -> Amounts:
        """Return amounts moved by so many probes each, the last of them for a tool that is new."""
        moved = {}
        for name, move in zip([*amounts, *([tool] if tool else [])], moves, strict=True):
            main = TOOLS[name].main
            step = min(max(float(move), -_FURTHEST), _FURTHEST) * PROBES[name]
            moved[name] = min(max(amounts.get(name, 0.0) + step, main.min), main.max)
        return moved


def _first_of_each(promised: Iterable[tuple[float, Amounts]]) -> list[Amounts]:
    found: dict[frozenset[str], Amounts] = {}
    for _, amounts in promised:
        found.setdefault(frozenset(amounts), amounts)
    return list(found.values())


def _spread(planes: Floats) -> float:
    """Return how far colours lie from their own main hue, on average."""
    colours = planes[1:].reshape(2, -1).astype(np.float64)
    colours -= colours.mean(axis=1, keepdims=True)
    smallest = np.linalg.eigvalsh(colours @ colours.T)[0]
    return float(np.sqrt(max(smallest, 0) / colours.shape[1]))


class _System:
    """Weighted least squares on columns, of which any choice can be solved for."""

    def __init__(self, columns: list[Floats], residue: Floats, weights: Floats) -> None:
        roots = np.sqrt(weights)
        table = np.stack([(column * roots).ravel() for column in columns])
        aim = (residue * roots).ravel()
        self._normal = (table @ table.T).astype(np.float64)
        self._right = (table @ aim).astype(np.float64)

    def solve(self, chosen: list[int]) -> tuple[npt.NDArray[np.float64], float]:
        """Return the moves of chosen columns, and by how much the squared residue falls."""
        normal, right = self._normal[np.ix_(chosen, chosen)], self._right[chosen]
        ridge = np.diag(_RIDGE * np.diag(normal) + 1e-9)
        moves = np.asarray(np.linalg.solve(normal + ridge, right), np.float64)
        return moves, float(right @ moves)
