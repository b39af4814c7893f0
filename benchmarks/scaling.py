"""`iea render` from 1 to 200 MP, cold: time and the peak of memory; and is the engine linear?"""

import math
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import cv2

from benchmarks.engine import THREADS, Pixels, photo, ten_tools
from benchmarks.timing import keep, machine, measure
from iea.files import write
from iea.image import Picture, encode
from iea.render import render_pixels

MEGAPIXELS = (1, 6, 25, 100, 200)
ROUNDS = 3
MEMORY_TIMES, MEMORY_FIXED = 3.5, 150e6
"""The limit of memory: this many times the decoded bytes, and a process's own bytes."""

# What a process takes at its peak counts from its parent's, so a small one comes between.
_WATCH = """
import os, sys, time
start = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
print(time.perf_counter() - start, 1024 * used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def main() -> None:
    """Measure every size, and write the table."""
    lines = [
        "# Sizes: ten tools on a JPEG, from 1 to 200 MP",
        "",
        f"{machine()} Medians of {ROUNDS}; the whole command, cold, then the engine alone, from",
        "pixels to pixels.",
        "",
        "| MP | s | MP/s | peak, MB | limit, MB | engine, ms/MP |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    engine = []
    for megapixels in MEGAPIXELS:
        pixels = _enlarged(megapixels)
        seconds, peak = _cold(pixels)
        limit = MEMORY_TIMES * pixels.nbytes + MEMORY_FIXED
        alone = measure({"": partial(render_pixels, ten_tools(), pixels, threads=THREADS)}, ROUNDS)
        engine.append(1000 * alone[""] / megapixels)
        lines.append(
            f"| {megapixels} | {seconds:.2f} | {megapixels / seconds:.0f} | {peak / 1e6:.0f} "
            f"| {limit / 1e6:.0f} | {engine[-1]:.2f} |"
        )
    lines += [
        "",
        f"The limit is {MEMORY_TIMES} times the decoded bytes and {MEMORY_FIXED / 1e6:.0f} MB. Per "
        f"megapixel the engine takes {max(engine) / min(engine):.2f} times as long",
        "at its slowest size as at its fastest.",
    ]
    keep("scaling", lines)


def _enlarged(megapixels: int) -> Pixels:
    """Return a photo of 4:3 with so many pixels, or a few less."""
    width = math.isqrt(megapixels * 10**6 * 4 // 3)
    return cv2.resize(photo(), (width, width * 3 // 4), interpolation=cv2.INTER_LINEAR)


def _cold(pixels: Pixels) -> tuple[float, float]:
    """Return the seconds that the command takes on a photo, and its peak of memory in bytes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, program, target = folder / "in.jpg", folder / "p.json", folder / "out.jpg"
        write(source, encode(Picture(pixels, None, None, None, None, "jpeg"), ".jpg"))
        write(program, ten_tools().canonical)
        command = Path(sys.executable).with_name("iea"), "render", source, program, "-o", target
        runs = [_watched([str(part) for part in command]) for _ in range(ROUNDS)]
    seconds, peaks = zip(*runs, strict=True)
    return statistics.median(seconds), max(peaks)


def _watched(command: list[str]) -> tuple[float, float]:
    watch = [sys.executable, "-c", _WATCH, *command]
    shown = subprocess.run(watch, check=True, capture_output=True, text=True).stdout
    seconds, peak = map(float, shown.split())
    return seconds, peak
