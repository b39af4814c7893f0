"""Which few tools, and how much of each, lead from one small copy to another.

A beam search over sets of tools: from every set kept, each other tool is tried with its probe, the
gain of adding it is foretold by least squares on all tools' columns, and the best of the sets that
promise most are refined by Gauss-Newton steps with renders. Residuals count by their size rather
than its square (iteratively reweighted least squares), so that a part that was edited otherwise
does not bend the rest. A set pays for each of its tools.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from iea.fit._copies import Floats
from iea.fit._look import spread
from iea.fit._squares import System
from iea.image import to_8bit
from iea.measure.lab import lab
from iea.program import Program, Step
from iea.render import Photo, render_pixels
from iea.tools import TOOLS, Value

Amounts = Mapping[str, float]
"""Tools to the value of their main parameter."""

PROBES = {
    "exposure": 0.5,
    "brightness": 25.0,
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
SLOW = ("dehaze", "clarity")
"""Those that look at the whole picture: tried only where the others leave `MUCH`."""

COST, SHARE = 0.06, 0.05
"""What a tool must lower the mean colour difference by: so much, and such a share of it."""
RARE = {
    "sepia": 1.5,
    "brightness": 1.1,
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
"""Sets that are kept and refined, and sets with one tool more that each of them is grown to."""
PRUNED, HOPE = 2, 1.5
"""Tools that are tried to be left out at a time, where what is foretold is not this much worse."""
FLOOR, MUCH = 0.3, 0.9
"""Mean differences: rounding to 8 bit alone may leave so much; other tools may be worth it."""
_GREY, _COLOURED = 0.8, 1.2
"""Mean chroma below which a picture is black and white, and above which it had colours."""
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
        return _score(self.distance, self.amounts)


def _score(distance: float, tools: Iterable[str]) -> float:
    cost = sum(RARE.get(tool, 1.0) for tool in tools)
    return distance * (1 + SHARE) ** cost + COST * cost


def program_of(amounts: Amounts, *more: Step) -> Program:
    """Make a program of tools at these amounts, after other steps."""
    steps = (Step(tool, {**_defaults(tool), _main(tool): a}, tool) for tool, a in amounts.items())
    return Program((*more, *steps))


@cache
def _defaults(tool: str) -> Mapping[str, Value]:
    return TOOLS[tool].defaults()


@cache
def _main(tool: str) -> str:
    return TOOLS[tool].main.name


@cache
def _range(tool: str) -> tuple[float, float]:
    return TOOLS[tool].main.min, TOOLS[tool].main.max


def search(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> State:
    """Find the amounts of few tools that lead from a picture nearest to another of its size."""
    bench = _Bench(before, after)
    quick = [tool for tool in PROBES if tool not in SLOW]
    best = _best(bench, quick)
    if best.distance > MUCH:
        best = min(best, _best(bench, list(PROBES)), key=_by_score)
    return _rounded(bench, bench.pruned(best))


def _best(bench: "_Bench", tools: Sequence[str]) -> State:
    """Add tools one by one for as long as they are worth it."""
    best = bench.start()
    kept = [best]
    while len(kept[0].amounts) < MOST and best.distance > FLOOR:
        grown = [state for old in kept for state in bench.grown(old, tools)]
        kept = [bench.refined(state) for state in _distinct(sorted(grown, key=_by_score))[:BEAM]]
        kept.sort(key=_by_score)
        if not kept or (kept[0].score >= best.score and len(best.amounts) > 0):
            break
        best = min(best, kept[0], key=_by_score)
    return best


def _distinct(states: Sequence[State]) -> list[State]:
    """Return the first state of each set of tools."""
    found: dict[frozenset[str], State] = {}
    for state in states:
        found.setdefault(frozenset(state.amounts), state)
    return list(found.values())


def _by_score(state: State) -> float:
    return state.score


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

    def start(self) -> State:
        """Return where to begin: as it is, or, where AFTER has lost its colours, without them."""
        start = self.state({})
        old, new = (float(np.hypot(*planes[1:]).mean()) for planes in (self._before, self._target))
        if new < _GREY and old > _COLOURED:
            return self.state({"black_and_white": 100.0})
        # Sepia is one hue, whatever there was: the spread across that hue is all but gone.
        if spread(self._target) < 0.25 * spread(self._before):
            return min(start, self.refined(self.state({"sepia": 70.0})), key=_by_score)
        return start

    def planes(self, amounts: Amounts) -> Floats:
        """Return L, a, b of the picture under amounts."""
        key = frozenset(amounts.items())
        if key not in self._known:
            rendered = render_pixels(program_of(amounts), self._photo, threads=1)
            self._known[key] = lab(to_8bit(rendered))
        return self._known[key]

    def state(self, amounts: Amounts) -> State:
        """Measure amounts."""
        return State(amounts, self._distance(self.planes(amounts)))

    def _distance(self, planes: Floats) -> float:
        return float(np.sqrt(np.square(planes - self._target).sum(axis=0)).mean())

    def grown(self, state: State, tools: Sequence[str]) -> list[State]:
        """Return the most promising sets that have one tool more."""
        # Part of the way to black and white is what saturation is for.
        more = [t for t in tools if t not in state.amounts and t != "black_and_white"]
        likely = self._promises(state, [(tool, 1) for tool in more])[: 2 * BRANCHES]
        # Many tools do not darken as they lighten: those few are looked at the way they will go.
        sure = self._promises(state, [(tool, way) for tool, way, _ in likely])[:BRANCHES]
        return [self.state(amounts) for _, _, amounts in sure]

    def _promises(
        self, state: State, more: Sequence[tuple[str, int]]
    ) -> list[tuple[str, int, Amounts]]:
        """Return tools to be added, with the way they go and the amounts then, the best first."""
        own = list(state.amounts)
        system = self._system(state, [*((tool, 1) for tool in own), *more])
        promises = []
        for i, (tool, _) in enumerate(more, len(own)):
            moves, gain = system.solve([*range(len(own)), i])
            way = 1 if moves[-1] > 0 else -1
            if way > 0 or _range(tool)[0] < 0:
                amounts = _moved(state, [*own, tool], moves)
                promises.append((gain / RARE.get(tool, 1.0), (tool, way, amounts)))
        promises.sort(key=lambda each: -each[0])
        return [promise for _, promise in promises]

    def refined(self, state: State, rounds: int = 3) -> State:
        """Move all amounts together for as long as that brings the picture nearer."""
        tools = list(state.amounts)
        for _ in range(rounds if tools else 0):
            moves, _ = self._system(state, [(tool, 1) for tool in tools]).solve(range(len(tools)))
            tried = (self.state(_moved(state, tools, share * moves)) for share in (1.0, 0.4))
            best = next((new for new in tried if new.distance < state.distance), state)
            enough = best.distance > 0.985 * state.distance
            state = best
            if enough:
                break
        return state

    def pruned(self, state: State) -> State:
        """Leave out every tool that is not worth its cost, the least worth first."""
        while state.amounts:
            fewer = [self.refined(each, rounds=2) for each in self._without_one(state)]
            best = min(fewer, key=_by_score, default=state)
            if best.score >= state.score:
                break
            state = best
        return state

    def _without_one(self, state: State) -> list[State]:
        """Return the sets of one tool less that least squares foretell the least loss for."""
        tools = list(state.amounts)
        system = self._system(state, [(tool, 1) for tool in tools])
        foretold = []
        for i, tool in enumerate(tools):
            # Without what took the colours away nothing else fits.
            if tool == "black_and_white":
                continue
            rest = [k for k in range(len(tools)) if k != i]
            moves, left = system.without(i, state.amounts[tool] / PROBES[tool])
            fewer = State({t: a for t, a in state.amounts.items() if t != tool}, 0.0)
            foretold.append((left, _moved(fewer, [tools[k] for k in rest], moves)))
        foretold.sort(key=lambda each: each[0])
        worth = (
            amounts
            for left, amounts in foretold[:PRUNED]
            if _score(left * state.distance, amounts) < HOPE * state.score
        )
        return [self.state(amounts) for amounts in worth]

    def _system(self, state: State, tools: Sequence[tuple[str, int]]) -> System:
        """Return the least squares of what is missing, on a column for each tool."""
        planes = self.planes(state.amounts)
        residue = self._target - planes
        sizes = np.sqrt(np.square(residue).sum(axis=0))
        weights = 1 / (sizes + 0.5 * np.median(sizes) + np.float32(0.3))
        return System([self._column(state.amounts, planes, *t) for t in tools], residue, weights)

    def _column(self, amounts: Amounts, planes: Floats, tool: str, way: int) -> Floats:
        """Return how the picture changes with a probe of a tool, from its amount on."""
        probe, (_, most) = PROBES[tool], _range(tool)
        now = amounts.get(tool, 0.0)
        # What is there already is moved by a part of it: amounts are known well by then.
        step = probe * (0.4 if tool in amounts else way)
        if now + step > most:
            step = -step
        return np.asarray((self.planes({**amounts, tool: now + step}) - planes) * (probe / step))


def _moved(state: State, tools: Sequence[str], moves: npt.NDArray[np.float64]) -> Amounts:
    """Return the amounts of tools, moved by so many probes each."""
    moved = {}
    for tool, move in zip(tools, moves, strict=True):
        low, high = _range(tool)
        step = min(max(float(move), -_FURTHEST), _FURTHEST) * PROBES[tool]
        moved[tool] = min(max(state.amounts.get(tool, 0.0) + step, low), high)
    return moved
