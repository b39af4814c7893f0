"""Whether a planner may take another's place: a paired comparison, and one rule for all.

Both answered the same records. The difference of a figure is taken record by record and resampled
(the paired bootstrap): its interval holds 95 of 100 resampled means.
"""

from dataclasses import dataclass

import numpy as np

from training.evaluate import Evaluation

DECISIVE = ("likeness", "verdict", "direction", "tools", "kept", "followed")
"""Figures that decide; more is better in all of them."""
RESAMPLES = 2000
SLACK = 0.01
"""A figure counts as kept while its interval reaches above minus this: a hundredth of its range."""


@dataclass(frozen=True)
class Difference:
    """The mean difference of a figure, and the ends of its interval; new minus old."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """Whether the new one may be promoted, why, and the differences of all figures."""

    passed: bool
    reason: str
    differences: dict[str, Difference]


def compare(new: Evaluation, old: Evaluation, seed: int = 0) -> dict[str, Difference]:
    """Return the differences of the figures that both have, on the same records."""
    dice = np.random.default_rng(seed)
    found = {}
    for name in DECISIVE:
        pairs = [
            ours[name] - theirs[name]
            for ours, theirs in zip(new.figures, old.figures, strict=True)
            if name in ours and name in theirs
        ]
        if pairs:
            values = np.array(pairs)
            means = values[dice.integers(values.size, size=(RESAMPLES, values.size))].mean(axis=1)
            low, high = np.quantile(means, [0.025, 0.975])
            found[name] = Difference(float(values.mean()), float(low), float(high))
    return found


def judge(new: Evaluation, old: Evaluation) -> Verdict:
    """Pass a planner that is surely better in one figure and surely worse in none."""
    differences = compare(new, old)
    worse = [name for name, each in differences.items() if each.high < -SLACK]
    better = [name for name, each in differences.items() if each.low > 0]
    if worse:
        return Verdict(False, f"It is worse in {', '.join(worse)}.", differences)
    if not better:
        return Verdict(False, "It is not surely better in anything.", differences)
    return Verdict(True, f"It is better in {', '.join(better)}, and worse in nothing.", differences)
