"""Synthetic examples: words, a program for them, and the photo before and after it, at 512 pixels.

`python -m benchmarks.synthetic [--quick]`; with --quick a few examples, and nothing is kept.
"""

import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.timing import keep, machine
from tests.photos import PHOTOS
from training.synthetic import Settings
from training.synthetic.generate import Job, Maker, Photo, copy_of, jobs_of
from training.synthetic.words import library
from training.wordings import read_corpus

PROCESSES = 2
EACH, QUICK = 250, 8
"""Examples on each photo."""
EDITS = {"users": 0.7, "paper": 0.3}
"""The kinds of which every example is one pair: the edits."""


def main(*, quick: bool = False) -> None:
    """Measure both toolsets, edits alone and all kinds, and write the table."""
    photos = [copy_of(photo.name, photo.data()) for photo in PHOTOS.values()]
    photos = photos[: 2 * PROCESSES] if quick else photos
    count = len(photos) * (QUICK if quick else EACH)
    rows = {
        f"`{toolset}`, {name}": Settings(count=count, toolset=toolset, kinds=kinds)
        for toolset in ("iea", "iea16")
        for name, kinds in (("edits", EDITS), ("all kinds", Settings().kinds))
    }
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        measured = {name: _rate(pool, settings, photos) for name, settings in rows.items()}
    lines = list(_lines(measured, len(photos), count))
    if quick:
        print("\n".join(lines))
    else:
        keep("synthetic", lines)


def _rate(
    pool: ProcessPoolExecutor, settings: Settings, photos: Sequence[Photo]
) -> tuple[float, float]:
    """Return examples and pairs a second, once everything is loaded and compiled."""
    books = library(read_corpus(), settings.toolset)
    work = partial(_pairs, Maker(settings, books, Path()))
    jobs = jobs_of(photos, settings.count)
    list(pool.map(work, jobs[:PROCESSES]))
    start = time.perf_counter()
    pairs = sum(pool.map(work, jobs, chunksize=-(-len(jobs) // PROCESSES)))
    seconds = time.perf_counter() - start
    return settings.count / seconds, pairs / seconds


def _pairs(maker: Maker, job: Job) -> int:
    return sum(1 for _ in maker.pairs(job))


def _lines(measured: dict[str, tuple[float, float]], photos: int, count: int) -> Iterable[str]:
    yield "# Synthetic examples: words, program, rendered pair"
    yield ""
    yield f"`python -m benchmarks.synthetic`: {count:,} examples on {photos} photos of at most"
    yield f"512 pixels, in {PROCESSES} processes. Decoding the photos, finding their places and"
    yield "solving strengths on them are in it; starting Python and compiling are not. An example"
    yield f"of all kinds may be several pairs: a ladder of variants is. {machine()}"
    yield ""
    yield "| what | examples a second | pairs a second |"
    yield "|---|---:|---:|"
    for name, (examples, pairs) in measured.items():
        yield f"| {name} | {examples:.0f} | {pairs:.0f} |"


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
