"""Rewards of edits, beside the published way: renders one by one, in NumPy and OpenCV.

`python -m benchmarks.rewards [--quick]`; with --quick a single round, and nothing is kept.
"""

import random
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import mean

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.ablation import EIGHT
from benchmarks.engine import THREADS, photo
from benchmarks.timing import keep, machine, measure
from iea.measure import Goal, Reward, edit_reward, our_reward
from iea.program import Program
from tests.tools.iea16.transcription import render as plain

ANSWERS = 8
"""Answers to one request: a group of GRPO."""
OURS, SERIAL, PUBLISHED = "IEA, an answer on each thread", "IEA", "NumPy and OpenCV"

Pixels = npt.NDArray[np.uint8]
Amounts = Mapping[str, float]


def main(*, quick: bool = False) -> None:
    """Measure the rewards of a group of answers, and write the table."""
    cv2.setNumThreads(THREADS)
    pixels = cv2.resize(photo(), (512, 341), interpolation=cv2.INTER_AREA).astype(np.uint8)
    reference, answers = plain(pixels, EIGHT), list(_answers())
    programs = [_program(amounts) for amounts in answers]
    pool = ThreadPoolExecutor(THREADS)

    def together() -> list[Reward]:
        goal = Goal(pixels, reference)
        return list(pool.map(partial(edit_reward, goal=goal, threads=1), programs))

    def serially(reward: partial[Reward]) -> list[Reward]:
        goal = Goal(pixels, reference)
        return [reward(program, goal=goal) for program in programs]

    def published() -> list[float]:
        return [_published(pixels, reference, amounts) for amounts in answers]

    medians = measure(
        {
            OURS: together,
            SERIAL: partial(serially, partial(edit_reward, threads=THREADS)),
            "IEA, our reward": partial(serially, partial(our_reward, threads=THREADS)),
            PUBLISHED: published,
        },
        rounds=1 if quick else 7,
    )
    pairs = zip(together(), published(), strict=True)
    apart = max(abs(ours.total - theirs) for ours, theirs in pairs)
    lines = list(_lines(medians, pixels.shape, apart))
    if quick:
        print("\n".join(lines))
    else:
        keep("rewards", lines)


def _answers() -> Iterable[dict[str, float]]:
    """Yield answers that are near the reference's amounts, some tools on the wrong side of it."""
    rng = random.Random(0)
    for _ in range(ANSWERS):
        yield {tool: amount + rng.randint(-15, 15) for tool, amount in EIGHT.items()}


def _program(amounts: Amounts) -> Program:
    steps = [{"tool": tool, "params": {"amount": amount}} for tool, amount in amounts.items()]
    return Program.parse({"toolset": {"name": "iea16", "version": "1"}, "steps": steps})


def _published(pixels: Pixels, reference: Pixels, amounts: Amounts) -> float:
    before, after = _apart(pixels, reference), _apart(plain(pixels, amounts), reference)
    without = (_apart(plain(pixels, {**amounts, tool: 0}), reference) for tool in amounts)
    usefulness = mean(1 if distance > after else -1 for distance in without)
    return 0.7 * max(-1, (before - after) / before) + 0.3 * usefulness


def _apart(one: Pixels, other: Pixels) -> float:
    difference = one.astype(np.float32) / 255 - other.astype(np.float32) / 255
    return float(np.mean(np.abs(difference)) + np.sqrt(np.mean(difference**2))) / 2


def _lines(medians: Mapping[str, float], shape: tuple[int, ...], apart: float) -> Iterable[str]:
    yield f"# Rewards of edits: {len(EIGHT)} tools of `iea16` on {shape[1]} × {shape[0]} pixels"
    yield ""
    yield f"{machine()} {ANSWERS} answers to one request, on {THREADS} threads, pixels in memory."
    yield "NumPy and OpenCV is the published way: the render and one without each tool, one by one."
    yield f"The rewards of the two differ by {apart:.4f} at most."
    yield ""
    yield "| who | evaluations a second | times the published way |"
    yield "|---|---:|---:|"
    for name, seconds in medians.items():
        times = medians[PUBLISHED] / seconds
        yield f"| {name} | {ANSWERS / seconds:.0f} | {times:.1f} |"


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
