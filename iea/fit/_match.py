"""Which few steps give a picture the look of another one, of something else.

The numbers of `iea.fit._look` are brought near those of the reference by least squares on a small
copy, as `iea.fit._search` brings pixels near: one tool more at a time, each worth its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from iea.fit._copies import Samples, grid, shrunk
from iea.fit._look import CHROMAS, LABELS, Gaze, Numbers, is_monochrome, weights_of
from iea.fit._squares import System
from iea.image import to_8bit
from iea.measure.lab import lab
from iea.program import Program, Step
from iea.render import Photo, render_pixels
from iea.tools import TOOLS, Value
from iea.tools.color_mixer import COLOURS

SIDE = 128
"""Longest side of the small copies, in pixels."""
TONES = ("exposure", "brightness", "contrast", "highlights", "shadows", "whites", "blacks", "fade")
TINTS = ("sepia", "color_grading")
HUES = ("temperature", "tint", "saturation", "vibrance", "color_mixer")
"""What is tried for every picture, for one that may be toned, and for one that has colours."""
PROBES = {"exposure": 0.4, "color_grading": 10.0}
"""The change of a tool that its effect is learnt from; that of all others is `PROBE`."""
PROBE = 20.0
LIMITS = {
    "exposure": 1.0,
    "color_grading": 25.0,
    "saturation": 80.0,
    "sepia": 90.0,
    "color_mixer": 25.0,
}
"""The largest amounts, as a picture of something else must not be forced; others have `LIMIT`."""
LIMIT = 50.0
TAKEN, FURTHEST = 0.8, 15.0
"""The part of the way to each of the reference's numbers that is gone, and the most of it, in units
of CIELAB: the rest is what the two show, a white room or a night sky, and no look."""
COST, SHARE = 0.2, 0.02
"""What a tool must lower the difference of the looks by: so much, and such a share of it."""
DEAR = {"sepia": 1.5, "color_grading": 1.5, "color_mixer": 2.0}
"""Tools of several amounts, and how many times its cost each must be worth."""
MOST, BRANCHES, ROUNDS = 6, 3, 4
"""Tools of a program, sets with one more that are refined, and the steps of refining."""
PLENTY = 0.06
"""The share of both pictures that must have a colour for it to be compared."""
_TONED = 2.0
"""The chroma of strong colours from which a picture has any."""
SLIGHT = 0.05
"""The share of its limit below which an amount is left out."""
RIDGE = 0.03
"""Keeps amounts small where that costs little: the looks of two scenes are never quite the same."""

Amounts = Mapping[str, Numbers]
"""Tools to their amounts: one, or several for those that have parts."""


def match_looks(photo: Samples, reference: Samples) -> tuple[Program, float, float]:
    """Find the program for two pictures, and the difference of the looks before and after.

    Every step has a reason; they come in the order of what they are worth.
    """
    bench = _Bench(*(shrunk(pixels, *grid(pixels.shape, SIDE)) for pixels in (photo, reference)))
    best: Amounts = {}
    while len(best) + len(bench.fixed) < MOST:
        grown = min(bench.grown(best), key=bench.score)
        if bench.score(grown) >= bench.score(best):
            break
        best = grown
    best = bench.pruned(best)
    return bench.told(best), *bench.differences(best)


class _Bench:
    """The two copies, and how far renders of the one are from the look of the other."""

    def __init__(self, photo: npt.NDArray[np.uint8], reference: npt.NDArray[np.uint8]) -> None:
        self._photo = Photo(photo)
        self._gaze, other = Gaze(photo), Gaze(reference)
        self._reference = other.original
        wished = TAKEN * (self._reference - self._gaze.original)
        self._aim = self._gaze.original + np.clip(wished, -FURTHEST, FURTHEST)
        one_hue, wanted = (is_monochrome(lab(pixels)) for pixels in (photo, reference))
        self._tools: Sequence[str] = TONES if one_hue else (*TONES, *TINTS, *HUES)
        self.fixed: tuple[Step, ...] = ()
        if wanted:
            self._tools = (*TONES, *TINTS) if _coloured(self._reference) else TONES
            self.fixed = _greying(self._gaze.original, self._reference)
        plenty = np.minimum(self._gaze.shares, other.shares) > PLENTY
        self._colours = [] if one_hue or wanted else np.flatnonzero(plenty).tolist()
        self._weights = weights_of(self._colours)
        self._known: dict[tuple[tuple[str, bytes], ...], Numbers] = {}

    def differences(self, amounts: Amounts) -> tuple[float, float]:
        """Return the mean difference from the reference's numbers as it was, and as it is."""
        before = self._mean(self._reference - self._gaze.original)
        return before, self._mean(self._reference - self._numbers(amounts))

    def _mean(self, apart: Numbers) -> float:
        return float(np.average(np.abs(apart), weights=self._weights))

    def _left(self, amounts: Amounts) -> float:
        """Return how far it still is to what is aimed at."""
        return self._mean(self._aim - self._numbers(amounts))

    def score(self, amounts: Amounts) -> float:
        """Return what is left with what the tools cost: smaller is better."""
        cost = sum(DEAR.get(tool, 1.0) for tool in amounts)
        return self._left(amounts) * (1 + SHARE) ** cost + COST * cost

    def grown(self, amounts: Amounts) -> list[Amounts]:
        """Return the most promising sets with one tool more, refined."""
        started = [
            self._moved({**amounts, tool: np.zeros(self._parts(tool))})
            for tool in self._tools
            if tool not in amounts and self._parts(tool)
        ]
        return [self._refined(moved) for moved in sorted(started, key=self.score)[:BRANCHES]]

    def pruned(self, amounts: Amounts) -> Amounts:
        """Leave out what is slight, then every tool that is not worth its cost."""
        amounts = _rounded(amounts)
        for tool in [*amounts]:
            fewer = _rounded(self._refined({t: a for t, a in amounts.items() if t != tool}))
            if self.score(fewer) <= self.score(amounts):
                amounts = fewer
        return amounts

    def told(self, amounts: Amounts) -> Program:
        """Return the program, with the reason for each step, the most worth first."""
        steps = []
        for tool, own in amounts.items():
            without = {t: a for t, a in amounts.items() if t != tool}
            worth = self._left(without) - self._left(amounts)
            steps.append((worth, _step(tool, own, self._colours, self._reason(without, amounts))))
        steps.sort(key=lambda each: -each[0])
        ordered = [*self.fixed, *(step for _, step in steps)]
        return Program(tuple(replace(step, id=f"s{i}") for i, step in enumerate(ordered, 1)))

    def _reason(self, without: Amounts, amounts: Amounts) -> str:
        """Say which number a step brings nearest to the reference's, as without it and with it."""
        before, after = self._numbers(without), self._numbers(amounts)
        missing, left = (np.abs(self._reference - numbers) for numbers in (before, after))
        i = int(((missing - left) * self._weights).argmax())
        return (
            f"Without it the {LABELS[i]} would be {round(before[i])}, and with it "
            f"{round(after[i])}; the reference has {round(self._reference[i])}."
        )

    def _parts(self, tool: str) -> int:
        """Return how many amounts a tool has here."""
        return {"color_grading": 4, "color_mixer": 2 * len(self._colours)}.get(tool, 1)

    def _numbers(self, amounts: Amounts) -> Numbers:
        key = tuple((tool, own.tobytes()) for tool, own in amounts.items())
        if key not in self._known:
            steps = (_step(tool, own, self._colours) for tool, own in amounts.items())
            program = Program((*self.fixed, *steps))
            rendered = to_8bit(render_pixels(program, self._photo, threads=1))
            self._known[key] = self._gaze.numbers(rendered)
        return self._known[key]

    def _refined(self, amounts: Amounts) -> Amounts:
        """Move all amounts together for as long as that brings the looks nearer."""
        for _ in range(ROUNDS if amounts else 0):
            moved = self._moved(amounts)
            halfway = {tool: (amounts[tool] + moved[tool]) / 2 for tool in amounts}
            best = min(moved, halfway, key=self._left)
            if self._left(best) >= self._left(amounts):
                break
            amounts = best
        return amounts

    def _moved(self, amounts: Amounts) -> Amounts:
        """Return amounts as least squares would have them."""
        now = self._numbers(amounts)
        columns = [
            column
            for tool, own in amounts.items()
            for column in self._columns(amounts, now, tool, own)
        ]
        residue = self._aim - now
        system = System(columns, residue, self._weights / (np.abs(residue) + 1), RIDGE)
        moves, _ = system.solve(range(len(columns)))
        moved, at = {}, 0
        for tool, own in amounts.items():
            change = moves[at : at + own.size] * PROBES.get(tool, PROBE)
            moved[tool], at = _bounded(tool, own + change), at + own.size
        return moved

    def _columns(self, amounts: Amounts, now: Numbers, tool: str, own: Numbers) -> list[Numbers]:
        """Return how the numbers change with a probe of each amount of a tool."""
        columns = []
        for i in range(own.size):
            probe = np.zeros(own.size)
            probe[i] = PROBES.get(tool, PROBE)
            way = 1 if np.all(_bounded(tool, own + probe) == own + probe) else -1
            tried = self._numbers({**amounts, tool: own + way * probe})
            columns.append(way * (tried - now))
        return columns


def _greying(own: Numbers, reference: Numbers) -> tuple[Step, ...]:
    """Return the step that takes all colours away, if there are any.

    For a reference without colours, or with one that is given by toning: that comes after
    saturation in the pipeline, and before black and white.
    """
    if not _coloured(own):
        return ()
    tool, amount, reason = "black_and_white", 100.0, "The reference has no colours."
    if _coloured(reference):
        tool, amount, reason = "saturation", -100.0, "The reference has one hue alone."
    return (Step(tool, {**TOOLS[tool].defaults(), "amount": amount}, tool, reason),)


def _coloured(numbers: Numbers) -> bool:
    return bool(numbers[LABELS.index(CHROMAS[90])] > _TONED)


def _bounded(tool: str, amounts: Numbers) -> Numbers:
    limit = LIMITS.get(tool, LIMIT)
    low = -limit if tool in ("color_grading", "color_mixer") else max(-limit, TOOLS[tool].main.min)
    return np.clip(amounts, low, limit)


def _rounded(amounts: Amounts) -> Amounts:
    """Give amounts as people set them, without the tools that do next to nothing."""
    digits = {"exposure": 2}
    rounded = {tool: np.round(own, digits.get(tool, 0)) for tool, own in amounts.items()}
    return {
        tool: own
        for tool, own in rounded.items()
        if np.abs(own).max() >= SLIGHT * LIMITS.get(tool, LIMIT)
    }


def _step(tool: str, amounts: Numbers, colours: Sequence[int], reason: str = "") -> Step:
    """Make a step of a tool's amounts.

    Colour grading has two of the shadows and two of the highlights: across and up from the middle
    of the wheel. The mixer has the saturation of each of `colours`, and then the hue of each.
    """
    params: dict[str, Value] = TOOLS[tool].defaults()
    if tool == "color_grading":
        for part, (x, y) in zip(("shadows", "highlights"), amounts.reshape(2, 2), strict=True):
            params[f"{part}_strength"] = round(min(float(np.hypot(x, y)), 100))
            params[f"{part}_hue"] = round(float(np.degrees(np.arctan2(y, x)))) % 360
    elif tool == "color_mixer":
        names = [tuple(COLOURS)[colour] for colour in colours]
        keys = [f"{name}_{what}" for what in ("saturation", "hue") for name in names]
        params |= dict(zip(keys, amounts.tolist(), strict=True))
    else:
        params[TOOLS[tool].main.name] = float(amounts[0])
    return Step(tool, params, tool, reason)
