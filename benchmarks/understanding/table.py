"""The tables: requests by category and language, conversations, and what is out of scope."""

import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from benchmarks.timing import RESULTS, keep, machine
from benchmarks.understanding import read_rows
from benchmarks.understanding.judge import Scene, failed
from benchmarks.understanding.talks import Talk, failures
from iea.program import Program
from iea.render import render_pixels
from services.planner.embedded import Embedded
from services.planner.plan import Plan, Request, plan
from services.planner.view import SIZE, View
from tests.photos import PHOTOS

HERE = Path(__file__).parent
NAMES = ("astronaut", "temple", "rocket", "windows", "bedroom", "coffee", "cat", "ruin")
"""A portrait, a landscape, night, a room against the light, indoor, food, an animal, a building."""
SIDE = 480
SHOWS = {"sky": ("temple", "rocket", "ruin"), "face": ("astronaut",)}
"""The photos to talk about what is only in them."""
LINES = ("temple", "rocket", "windows", "ruin")
"""Photos in which a horizon or walls tell how they lean; they are leant by `TILT` degrees."""
TILT = 3.0
NOISE = 9.0
"""Deviation of the noise that is added where noise is to be taken away, of 255."""
QUICK = 5
"""With --quick, one request of so many is asked."""


@dataclass(frozen=True)
class Row:
    """A request and what came of it on every photo that can tell."""

    category: str
    language: str
    words: str
    misses: dict[str, str]
    judged: int
    refused: bool
    ms: float

    @property
    def share(self) -> float:
        """The share of photos on which it was right."""
        return 1 - len(self.misses) / self.judged if self.judged else 1.0


def main(*, quick: bool = False) -> None:
    """Ask everything, print the tables and write them; what fails goes to a file of its own."""
    requests, beyond = read_rows("requests.tsv"), read_rows("beyond.tsv")
    scripts = list(_scripts())
    if quick:
        requests, beyond, scripts = (every[::QUICK] for every in (requests, beyond, scripts))
    with ProcessPoolExecutor(2) as pool:
        asked = list(pool.map(_asked, requests, chunksize=8))
        left = list(pool.map(_left_alone, beyond, chunksize=8))
        talks = list(pool.map(_talked, scripts, range(len(scripts)), chunksize=4))
    keep("understanding", _report(asked, beyond, left, scripts, talks))
    _keep_failures(asked, beyond, left, talks)


def _scripts() -> Iterator[list[tuple[str, str]]]:
    text = (HERE / "scripts.tsv").read_text("utf-8")
    for block in text.split("\n\n"):
        lines = [x for x in block.splitlines() if x.strip() and not x.startswith("#")]
        if lines:
            yield [(x.split("\t")[0], x.split("\t")[1]) for x in lines]


@cache
def _backend() -> Embedded:
    return Embedded()


@cache
def _scene(name: str, fault: str = "") -> tuple[Scene, np.ndarray]:
    """Return a photo to judge on, and its small copy; for some requests with what they cure."""
    pixels = PHOTOS[name].pixels(SIDE)
    if fault == "noise":
        noise = np.random.default_rng(1).normal(0, NOISE, pixels.shape)
        pixels = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    if fault == "tilt":
        steps = [{"tool": "straighten", "params": {"degrees": TILT}}]
        program = Program.parse({"toolset": {"name": "iea", "version": "1"}, "steps": steps})
        pixels = np.asarray(render_pixels(program, pixels))
    share = SIZE / max(pixels.shape[:2])
    size = (round(pixels.shape[1] * share), round(pixels.shape[0] * share))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return Scene(name, np.ascontiguousarray(pixels)), np.ascontiguousarray(small)


def _view(name: str, fault: str = "") -> tuple[Scene, View]:
    scene, small = _scene(name, fault)
    return scene, View(small, lambda: scene.pixels)


def _asked(request: list[str]) -> Row:
    category, language, expected, words = request
    misses, judged, kinds, took = {}, 0, [], []
    fault = "tilt" if "level" in expected else "noise" if "N-" in expected else ""
    for name in LINES if fault == "tilt" else NAMES:
        scene, view = _view(name, fault)
        start = time.perf_counter()
        planned = plan(Request(words, view), _backend())
        took.append(time.perf_counter() - start)
        kinds.append(planned.kind)
        missed = _missed(expected, planned, scene)
        judged += missed is not None
        if missed:
            done = ", ".join(f"{s.tool} {s.mask is not None:d}" for s in planned.program.steps)
            misses[name] = f"{' '.join(missed)} [{planned.kind}: {done}]"
    refused = kinds.count("refused") > len(kinds) / 2
    return Row(category, language, words, misses, judged, refused, 1000 * statistics.median(took))


def _missed(expected: str, planned: Plan, scene: Scene) -> list[str] | None:
    """Return what a plan missed; None where the photo cannot tell."""
    kinds = {"asks": "clarification", "edits": "edited"}
    if any(planned.kind == kinds[part] for part in expected.split("|") if part in kinds):
        return []
    rest = "|".join(part for part in expected.split("|") if part not in kinds)
    if not rest:  # a photo may be good as it is
        return None if expected == "edits" and planned.kind == "no_change" else [planned.kind]
    return failed(rest, scene.picture(Program()), scene.picture(planned.program))


def _left_alone(request: list[str]) -> str:
    _, view = _view(NAMES[len(request[2]) % len(NAMES)])
    planned = plan(Request(request[2], view), _backend())
    return "" if not planned.patch else ", ".join(step.tool for step in planned.program.steps)


def _talked(script: list[tuple[str, str]], number: int) -> list[str]:
    said = " ".join(part for line in script for part in line)
    tilt = any("level" in line[0] for line in script)
    known = LINES if tilt else NAMES
    shown = [name for name in known if all(name in SHOWS[p] for p in SHOWS if p in said)]
    names = random.Random(number).sample(shown, min(2, len(shown)))
    wrong = []
    for name in names:
        scene, view = _view(name, "tilt" if tilt else "")
        wrong += [f"{name}: {line}" for line in failures(script, Talk(scene, view, _backend()))]
    return wrong


def _report(
    rows: list[Row],
    beyond: list[list[str]],
    left: list[str],
    scripts: list[list[tuple[str, str]]],
    talks: list[list[str]],
) -> Iterator[str]:
    yield "# Understanding: requests judged on the pixels of eight photos"
    yield ""
    yield machine()
    yield ""
    yield "| English requests | how many | right, % |"
    yield "|---|---:|---:|"
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.category if row.language == "en" else row.language].append(row)
    english = [name for name in groups if len(name) > 2]
    for name in english:
        yield _line(name, groups[name])
    yield ""
    yield "| other languages | how many | right, % |"
    yield "|---|---:|---:|"
    for name in sorted(set(groups) - set(english)):
        yield _line(name, groups[name])
    yield ""
    yield "| | how many | right, % |"
    yield "|---|---:|---:|"
    good = sum(not wrong for wrong in talks)
    yield _count("conversations, every turn right on two photos", good, len(scripts))
    for label, english_only in (("in English", True), ("in the other languages", False)):
        which = [not x for r, x in zip(beyond, left, strict=True) if (r[1] == "en") == english_only]
        yield _count(f"out of scope, left alone, {label}", sum(which), len(which))
    refused = sum(row.refused for row in rows)
    yield _count("in scope, but refused", refused, len(rows))
    yield ""
    times = sorted(row.ms for row in rows)
    yield (
        f"A turn's understanding and solving took {statistics.median(times):.0f} ms (median), "
        f"{times[int(0.95 * len(times))]:.0f} ms (95 of 100), with both cores busy."
    )


def _line(name: str, rows: list[Row]) -> str:
    return f"| {name} | {len(rows)} | {100 * statistics.mean(row.share for row in rows):.1f} |"


def _count(what: str, part: int, whole: int) -> str:
    return f"| {what} | {whole} | {100 * part / max(whole, 1):.1f} |"


def _keep_failures(
    rows: list[Row], beyond: list[list[str]], left: list[str], talks: list[list[str]]
) -> None:
    lines = ["# kind\tlanguage\tphotos\twords\twhat went wrong"]
    for r in rows:
        if r.misses:
            missed = next(iter(r.misses.values()))
            photos = f"{len(r.misses)}/{r.judged}"
            lines.append("\t".join([r.category, r.language, photos, r.words, missed]))
    for (kind, language, words), tools in zip(beyond, left, strict=True):
        if tools:
            lines.append("\t".join([f"beyond:{kind}", language, "", words, tools]))
    lines += [f"talk\t\t\t{line}" for wrong in talks for line in wrong]
    (RESULTS / "understanding-failures.tsv").write_text("\n".join(lines) + "\n", "utf-8")
