"""Describing: pairs made by the planner from requests of people, told back by `iea describe`."""

import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from rouge_score.rouge_scorer import RougeScorer

from benchmarks.timing import keep, machine
from benchmarks.understanding import read_rows
from iea.describe import describe
from iea.errors import InvalidError
from iea.fit import fit
from iea.image import Picture
from iea.measure import pixel_distance
from iea.program import Program
from iea.render import render
from services.planner.embedded import Embedded
from services.planner.plan import Request, plan
from services.planner.view import SIZE, View
from tests.photos import PHOTOS

CATEGORIES = ("single", "combined", "style", "complaint", "degree", "geometry")
"""Regions are left out: what is fitted works on the whole photo."""
PAIRS = 80
SIDE = 1024
SAME = "make it brighter"
"""The baseline's description of everything."""
_SCORER = RougeScorer(["rougeL"], use_stemmer=True)


@dataclass(frozen=True)
class Row:
    """What came of one pair; distances are those of `iea.measure.pixel_distance`."""

    words: str
    said: str
    rouge: float
    rouge_same: float
    before: float
    after: float
    after_same: float
    found: tuple[bool, ...]
    extra: int
    seconds: float


def main() -> None:
    """Describe every pair and write the table."""
    pairs = list(_pairs())
    rows = [row for words, name, program in pairs if (row := _row(words, name, program))]
    keep("describe", _report(rows, len(pairs)))


def _pairs() -> Iterator[tuple[str, str, Program]]:
    """Yield a request, a photo's name and what the planner made of the two."""
    lines = read_rows("requests.tsv")
    english = [line[3] for line in lines if line[0] in CATEGORIES and line[1] == "en"]
    random.Random(0).shuffle(english)
    names, found = list(PHOTOS), 0
    for i, words in enumerate(english):
        name = names[i % len(names)]
        program = _planned(words, name)
        if program.steps and all(step.mask is None for step in program.steps):
            yield words, name, program
            found += 1
        if found == PAIRS:
            return


@cache
def _photo(name: str) -> Picture:
    pixels = np.ascontiguousarray(PHOTOS[name].pixels(SIDE))
    return Picture(pixels, None, None, None, None, "png")


@cache
def _planned(words: str, name: str) -> Program:
    pixels = _photo(name).pixels
    height, width = pixels.shape[:2]
    scale = min(SIZE / max(height, width), 1)
    size = round(width * scale), round(height * scale)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    view = View(np.ascontiguousarray(small), lambda: pixels)
    return plan(Request(words, view), _backend()).program


@cache
def _backend() -> Embedded:
    return Embedded()


def _row(words: str, name: str, program: Program) -> Row | None:
    """Describe one pair; None where the two were not recognised as one photo."""
    before = _photo(name)
    after = render(program, before)
    start = time.perf_counter()
    try:
        found = fit(before, after)
    except InvalidError:
        return None
    said = describe(found, (after.width, after.height))
    seconds = time.perf_counter() - start
    amounts = {s.tool: s.amount for s in found.program.steps if s.declared.solvable}
    true = {s.tool: s.amount for s in program.steps if s.declared.solvable}
    agreed = tuple(amounts.get(tool, 0) * amount > 0 for tool, amount in true.items())
    return Row(
        words,
        said,
        _rouge(words, said),
        _rouge(words, SAME),
        _apart(before, after),
        _apart(render(found.program, before), after),
        _apart(render(_planned(SAME, name), before), after),
        agreed,
        len(amounts.keys() - true.keys()),
        seconds,
    )


def _rouge(words: str, said: str) -> float:
    return float(_SCORER.score(words, said)["rougeL"].fmeasure)


def _apart(one: Picture, other: Picture) -> float:
    """Return the pixel distance; of another shape, that of the picture laid on the other's."""
    if one.pixels.shape != other.pixels.shape:
        size = other.width, other.height
        laid = cv2.resize(one.pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        one = other.with_pixels(np.ascontiguousarray(laid))
    return pixel_distance(one, other)


def _report(rows: list[Row], pairs: int) -> Iterator[str]:
    yield "# Describing a pair: the request and the program, from two pictures alone"
    yield ""
    yield f"{machine()} {pairs} pairs: English requests of people, of which training knows none,"
    yield f"planned and rendered by the embedded planner on real photos of up to {SIDE} pixels."
    yield f"{pairs - len(rows)} of them were not recognised. ROUGE-L is the F measure, with stems,"
    yield "against the request; distances are the means of `iea.measure.pixel_distance` to AFTER."
    yield ""
    yield "| who | ROUGE-L | distance before | after | better on |"
    yield "|---|---:|---:|---:|---:|"
    before = statistics.mean(row.before for row in rows)
    wins = sum(row.rouge > row.rouge_same for row in rows) / len(rows)
    losses = sum(row.rouge < row.rouge_same for row in rows) / len(rows)
    ours = statistics.mean(row.rouge for row in rows), statistics.mean(row.after for row in rows)
    yield f"| `iea describe` | {ours[0]:.3f} | {before:.4f} | {ours[1]:.4f} | {wins:.0%} |"
    same = statistics.mean(row.rouge_same for row in rows)
    left = statistics.mean(row.after_same for row in rows)
    yield f'| always "{SAME}" | {same:.3f} | {before:.4f} | {left:.4f} | {losses:.0%} |'
    yield ""
    hits = [float(hit) for row in rows for hit in row.found]
    extra = statistics.mean(row.extra for row in rows)
    seconds = [row.seconds for row in rows]
    slow = statistics.quantiles(seconds, n=20)[-1]
    yield f"Tools of the hidden programs found, in the right direction: {statistics.mean(hits):.0%}"
    yield f"of {len(hits)}; {extra:.1f} others a pair. Seconds a pair: median"
    yield f"{statistics.median(seconds):.2f}, 95th percentile {slow:.2f}."
    yield ""
    yield "| request | described as | distance before | after |"
    yield "|---|---|---:|---:|"
    for row in rows[:: max(len(rows) // 12, 1)]:
        yield f"| {row.words} | {row.said} | {row.before:.4f} | {row.after:.4f} |"
