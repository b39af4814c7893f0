"""Distilling: hidden programs found again from two pictures, beside the paper's annealing.

`python -m benchmarks.distil [--quick]`; with --quick a few pairs, and nothing is kept.
"""

import math
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from benchmarks.timing import keep, machine
from iea.errors import InvalidError
from iea.image import Picture
from iea.measure import pixel_distance
from iea.program import Program, Step
from iea.render import Photo, render_pixels
from iea.tools import TOOLS
from tests.photos import PHOTOS
from tests.tools.iea16 import transcription
from training.distil import find
from training.synthetic.wishes import SUBSTITUTES, paper_tools, strength

PAIRS, FEW, QUICK = 208, 16, 6
"""Pairs of our renderer, of the published one, and of each with --quick."""
SIDE = 512
STEPS = 1000
"""Of one annealing."""
HOT, COLD = 0.01, 0.0001
"""Its temperature at first and at last, in pixel distance; it falls by the same share a step."""
REACH = 20.0
"""The deviation of the change that a step proposes."""

WEIGHTS = paper_tools("iea")
"""How often a tool is drawn (arXiv 2606.08016). Natural contrast is left out: `iea` has no such
tool, and half of the published one's range turns photos into negatives."""
DOUBLED = 2.4
"""EV of `iea` at which values double, which is what the published exposure does at 100."""

Pixels = npt.NDArray[np.uint8]
Amounts = Mapping[str, float]
"""Tools to amounts, -100..100."""
Renderer = Callable[[Amounts, int], Pixels]
"""Renders amounts, and grain of a seed, on a photo that it holds."""


@dataclass(frozen=True)
class Pair:
    """A photo, and what a hidden program made of it."""

    photo: Picture
    after: Picture
    hidden: Amounts


@dataclass(frozen=True)
class Row:
    """What a contender made of one pair; distances are those of `iea.measure.pixel_distance`."""

    distance: float
    exact: float
    near: float
    extra: int
    seconds: float


def main(*, quick: bool = False) -> None:
    """Let everybody look for every hidden program, and write the tables."""
    many, few = (QUICK, QUICK) if quick else (PAIRS, FEW)
    # The first look compiles and loads.
    _ours(next(_pairs(_native, 1)))
    annealing = "annealing with `iea`", partial(_annealed, _native)
    published = "annealing with the published editor", partial(_annealed, _published)
    lines = [
        "# Distilling: the program found from a picture before and after",
        "",
        machine(),
        f"Hidden programs of 3 to 5 tools, drawn as in the paper, on real photos of {SIDE} pixels.",
        f"Annealing takes {STEPS:,} random steps. Distances are those of",
        "`iea.measure.pixel_distance` to AFTER. Found is the share of hidden tools in the right",
        "direction, by name and with near-substitutes. What is not recognised as an edit counts as",
        "left as it is.",
        "",
        f"{many} pairs rendered with `iea`:",
        "",
        *_table(list(_pairs(_native, many)), [("`training.distil`", _ours), annealing]),
        "",
        f"{few} pairs rendered by the published editor, in NumPy and OpenCV. Its tools are others",
        "than those of `iea`, so this tells how near one comes with other tools, and names are not",
        "compared; annealing with the editor itself has the very tools.",
        "",
        *_table(
            list(_pairs(_published, few)),
            [("`training.distil`", _ours), annealing, published],
            named=False,
        ),
    ]
    if quick:
        print("\n".join(lines))
    else:
        keep("distil", lines)


def _pairs(renderer: Callable[[Pixels], Renderer], many: int) -> Iterator[Pair]:
    names = list(PHOTOS)
    for i in range(many):
        photo = np.ascontiguousarray(PHOTOS[names[i % len(names)]].pixels(SIDE))
        hidden = _drawn(random.Random(i))
        yield Pair(_picture(photo), _picture(renderer(photo)(hidden, 1)), hidden)


def _picture(pixels: Pixels) -> Picture:
    return Picture(np.ascontiguousarray(pixels), None, None, None, None, "png")


def _drawn(dice: random.Random) -> Amounts:
    """Draw 3 to 5 tools by their weights, and an amount each."""
    # The largest u^(1/w) are a weighted sample (Efraimidis and Spirakis 2006).
    ranked = sorted(WEIGHTS, key=lambda tool: -(dice.random() ** (1 / WEIGHTS[tool])))
    return {tool: _amount(tool, dice) for tool in ranked[: dice.randint(3, 5)]}


def _amount(tool: str, dice: random.Random) -> float:
    sign = dice.choice((-1, 1)) if TOOLS[tool].main.min < 0 else 1
    return float(sign * strength(dice))


def _native(photo: Pixels) -> Renderer:
    held = Photo(photo)

    def render(amounts: Amounts, seed: int) -> Pixels:
        steps = []
        for tool, amount in amounts.items():
            value = amount / 100 * DOUBLED if tool == "exposure" else amount
            more = {"seed": seed} if tool == "grain" else {}
            steps.append(
                Step(tool, {**TOOLS[tool].defaults(), TOOLS[tool].main.name: value, **more})
            )
        return render_pixels(Program(tuple(steps)), held, threads=1)

    return render


def _published(photo: Pixels) -> Renderer:
    def render(amounts: Amounts, seed: int) -> Pixels:
        dice = np.random.default_rng(seed)
        plan = {"sharpness" if tool == "sharpen" else tool: a for tool, a in amounts.items()}
        return transcription.render(photo, plan, lambda shape, sigma: dice.normal(0, sigma, shape))

    return render


def _table(
    pairs: list[Pair],
    contenders: Sequence[tuple[str, Callable[[Pair], Row]]],
    *,
    named: bool = True,
) -> Iterator[str]:
    more = " found | with near-substitutes | too many |" if named else ""
    yield f"| who | distance, mean | median | s a pair |{more}"
    yield "|---|" + "---:|" * (6 if named else 3)
    left = [pixel_distance(pair.photo, pair.after) for pair in pairs]
    blank = " | | |" if named else ""
    yield f"| nothing done | {statistics.mean(left):.4f} | {statistics.median(left):.4f} | |{blank}"
    for name, way in contenders:
        rows = [way(pair) for pair in tqdm(pairs, desc=name, unit="pair", leave=False)]
        distances = [row.distance for row in rows]
        mean, median = statistics.mean(distances), statistics.median(distances)
        seconds = statistics.mean(row.seconds for row in rows)
        line = f"| {name} | {mean:.4f} | {median:.4f} | {seconds:.2f} |"
        yield line + (_found(rows) if named else "")


def _found(rows: list[Row]) -> str:
    exact, near = statistics.mean(r.exact for r in rows), statistics.mean(r.near for r in rows)
    return f" {exact:.0%} | {near:.0%} | {statistics.mean(r.extra for r in rows):.1f} |"


def _ours(pair: Pair) -> Row:
    start = time.perf_counter()
    try:
        program = find(pair.photo, pair.after).program
    except InvalidError:
        program = Program()
    seconds = time.perf_counter() - start
    found = {step.tool: step.amount for step in program.steps}
    return _row(pair, found, render_pixels(program, pair.photo.pixels), seconds)


def _annealed(renderer: Callable[[Pixels], Renderer], pair: Pair) -> Row:
    """Change one tool at random, again and again, and go there or not as Metropolis says."""
    dice, render = random.Random(0), renderer(pair.photo.pixels)
    start = time.perf_counter()

    def distance(amounts: Amounts) -> float:
        return pixel_distance(render(amounts, 0), pair.after)

    now = best = dict.fromkeys(WEIGHTS, 0.0)
    here = least = distance(now)
    for step in range(STEPS):
        heat = HOT * (COLD / HOT) ** (step / STEPS)
        tool = dice.choice(list(WEIGHTS))
        bottom = max(TOOLS[tool].main.min, -1) * 100
        amount = min(max(round(now[tool] + dice.gauss(0, REACH)), bottom), 100)
        there = distance(tried := {**now, tool: float(amount)})
        if there < here or dice.random() < math.exp((here - there) / heat):
            now, here = tried, there
            if here < least:
                best, least = now, here
    seconds = time.perf_counter() - start
    found = {tool: amount for tool, amount in best.items() if amount}
    return _row(pair, found, render(best, 0), seconds)


def _row(pair: Pair, found: Amounts, finished: Pixels, seconds: float) -> Row:
    distance = pixel_distance(finished, pair.after)
    exact, near = [], []
    for tool, amount in pair.hidden.items():
        alike = {tool}.union(*(group for group in SUBSTITUTES if tool in group))
        exact.append(found.get(tool, 0) * amount > 0)
        near.append(any(found.get(other, 0) * amount > 0 for other in alike))
    extra = len(found.keys() - pair.hidden.keys())
    return Row(distance, statistics.mean(exact), statistics.mean(near), extra, seconds)


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
