"""Ablation with toolset iea16, beside the formulas written in NumPy and OpenCV."""

from functools import partial

import cv2
import numpy as np

from benchmarks.engine import THREADS, photo
from benchmarks.timing import keep, machine, measure, table
from iea.program import Program
from iea.render import ablate
from tests.tools.iea16.transcription import render as plain

EIGHT = {
    "exposure": 20,
    "contrast": 30,
    "highlights": -20,
    "shadows": 20,
    "saturation": 20,
    "temperature": 15,
    "tint": 5,
    "vignette": 20,
}


def main() -> None:
    """Measure nine renders, whole and without each step, at two sizes."""
    cv2.setNumThreads(THREADS)
    lines = [
        "# Ablation: eight tools of `iea16`, the whole and without each: nine renders",
        "",
        machine(),
    ]
    large = photo()[:3648, :5472]
    for pixels in (cv2.resize(large, (512, 341), interpolation=cv2.INTER_AREA), large):
        pixels = np.ascontiguousarray(pixels)
        medians = measure(
            {
                "IEA": partial(ablate, _program(), pixels, threads=THREADS),
                "NumPy and OpenCV": partial(_plainly, pixels),
            },
            rounds=1 if pixels.size > 10**7 else 5,
        )
        height, width = pixels.shape[:2]
        lines += ["", f"{width} × {height}:", "", *table(medians, to="IEA", column="times IEA")]
    keep("ablation", lines)


def _program() -> Program:
    steps = [{"tool": tool, "params": {"amount": amount}} for tool, amount in EIGHT.items()]
    return Program.parse({"toolset": {"name": "iea16", "version": "1"}, "steps": steps})


def _plainly(pixels: np.ndarray) -> None:
    for left_out in (None, *EIGHT):
        plain(pixels, {tool: amount for tool, amount in EIGHT.items() if tool != left_out})
