"""Every tool that needs neighbours or geometry, beside OpenCV's Gaussian blur of sigma 2."""

from collections.abc import Callable
from functools import partial

import cv2

from benchmarks.engine import THREADS, photo
from benchmarks.timing import keep, machine, measure, table
from iea.program import Program
from iea.render import render_pixels

PEER = "OpenCV's Gaussian blur"
STEPS = {
    "clarity": {"amount": 40},
    "texture": {"amount": 40},
    "sharpen": {"amount": 40},
    "denoise": {"luminance": 40, "colour": 40},
    "dehaze": {"amount": 40},
    "blur": {"amount": 40},
    "glow": {"amount": 40},
    "grain": {"amount": 40},
    "straighten": {"degrees": 3},
    "resize": {"long_side": 2048},
}


def main() -> None:
    """Measure on 24 MP and write the table."""
    cv2.setNumThreads(THREADS)
    pixels = photo()
    contenders: dict[str, Callable[[], object]] = {
        PEER: lambda: cv2.GaussianBlur(pixels, (0, 0), 2)
    }
    for tool, params in STEPS.items():
        value = {
            "toolset": {"name": "iea", "version": "1"},
            "steps": [{"tool": tool, "params": params}],
        }
        contenders[tool] = partial(render_pixels, Program.parse(value), pixels, threads=THREADS)
    medians = measure(contenders, rounds=9)
    title = f"# Tools that need neighbours, on 24 MP, {THREADS} threads"
    keep(
        "neighbours", [title, "", machine(), "", *table(medians, to=PEER, column="times the blur")]
    )
