"""The engine on 24 MP against its peers doing the same work, and against reading and writing."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import sklearn.datasets

from benchmarks import peers
from benchmarks.timing import keep, machine, measure
from iea.image import decode
from iea.program import Program
from iea.render import render_pixels
from iea.render._drive import drive
from iea.render._engine import ROW_BLOCK
from iea.render._passes import Photo, batch, passes_of

HEIGHT, WIDTH, THREADS = 4000, 6000, 2
LIMIT = "read and write the bytes"
FORMULAS = "IEA's formulas, on bytes in the cache"
"""What the arithmetic costs where no memory has to be waited for."""

TEN = {
    "exposure": 0.5,
    "contrast": 20,
    "highlights": -20,
    "shadows": 20,
    "whites": 10,
    "blacks": -10,
    "temperature": 15,
    "saturation": 10,
    "vibrance": 20,
    "vignette": 10,
}

Pixels = npt.NDArray[np.uint8]


def ten_tools() -> Program:
    """Return the program of the ten pointwise tools."""
    steps = [
        {"tool": tool, "params": {"ev" if tool == "exposure" else "amount": value}}
        for tool, value in TEN.items()
    ]
    return Program.parse({"toolset": {"name": "iea", "version": "1"}, "steps": steps})


def photo() -> Pixels:
    """Return a real photo of 24 MP: scikit-learn's china.jpg, enlarged."""
    folder = Path(sklearn.datasets.__file__).parent / "images"
    small = decode((folder / "china.jpg").read_bytes()).pixels
    return cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)


def main() -> None:
    """Measure, print the table and write it to benchmarks/results/engine.md."""
    cv2.setNumThreads(THREADS)
    os.environ["VIPS_CONCURRENCY"] = str(THREADS)
    pixels, program = photo(), ten_tools()
    contenders: dict[str, Callable[[Pixels], object]] = {
        LIMIT: _copy(pixels),
        FORMULAS: _formulas(program, pixels),
        "IEA": lambda p: render_pixels(program, p, threads=THREADS),
        "IEA, one thread": lambda p: render_pixels(program, p, threads=1),
        "OpenCV, 8 bit": peers.opencv(),
        "libvips": peers.libvips(),
        "Pillow (six of the steps)": peers.pillow(),
        "NumPy": peers.numpy(),
    }
    given = {name: partial(run, pixels) for name, run in contenders.items()}
    keep("engine", _lines(measure(given)))


def _formulas(program: Program, pixels: Pixels) -> Callable[[Pixels], object]:
    """Return as many pixels' worth of rendering of one block, over and over, on as many threads."""
    rows = ROW_BLOCK // WIDTH
    block = np.ascontiguousarray(pixels[:rows])
    passes = passes_of(program.ordered, Photo(block))
    forks = np.array([[len(passes)] * 3], np.int64)
    tiles = np.tile(np.array([0, rows, 0, WIDTH], np.int64), (HEIGHT // rows // THREADS, 1))
    pool = ThreadPoolExecutor(THREADS)

    def part(_: int) -> None:
        drive(block, np.empty((1, *block.shape), np.uint8), 0, 0, *batch(passes), 1, forks, tiles)

    return lambda _: list(pool.map(part, range(THREADS)))


def _copy(pixels: Pixels) -> Callable[[Pixels], None]:
    """Return the limit: every byte read once and written once, on as many threads."""
    target = np.empty_like(pixels)
    pool = ThreadPoolExecutor(THREADS)
    edges = np.linspace(0, HEIGHT, THREADS + 1, dtype=int)

    def copy(source: Pixels) -> None:
        def part(i: int) -> None:
            target[edges[i] : edges[i + 1]] = source[edges[i] : edges[i + 1]]

        list(pool.map(part, range(THREADS)))

    return copy


def _lines(medians: dict[str, float]) -> Iterable[str]:
    ours, limit = medians["IEA"], medians[LIMIT]
    yield "# The engine: ten pointwise tools on 24 MP"
    yield ""
    yield f"`make bench`: medians of one run on {THREADS} threads, pixels in memory to pixels in"
    yield f"memory. {machine()}"
    yield ""
    yield "| who | ms | times IEA | times the limit |"
    yield "|---|---:|---:|---:|"
    for name, value in medians.items():
        yield f"| {name} | {1000 * value:.0f} | {value / ours:.1f} | {value / limit:.1f} |"
