"""Guards against reward hacking: signs, in what a run measured, that a policy earns by a trick.

Pure functions of a run's rows (`training.runs.Run.metrics`): `step`, and of what was measured
`reward`, `length` (tokens of an answer), `tools` (steps of a program) and, in the rows of
evaluations, `held_out`: a measure on held-out records that the policy is not trained on, where more
is better. What rows do not have is not watched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from iea.errors import InvalidError

Rows = Sequence[Mapping[str, float]]


@dataclass(frozen=True)
class Limits:
    """What is no trick yet.

    The mean of the last `window` rows is compared with that of the first: answers may become
    `longer` times as long, programs `busier` times as many tools. `held_out` may lie `worse` below
    its best, in the mean of the last two evaluations, while the reward is above what it was then.
    """

    window: int = 20
    longer: float = 2.0
    busier: float = 1.5
    worse: float = 0.05

    def __post_init__(self) -> None:
        if min(self.window, self.longer, self.busier) <= 0 or self.worse < 0:
            raise InvalidError("The limits are wrong: they must be above 0, and worse not below.")


def hacked(rows: Rows, limits: Limits = Limits()) -> str:
    """Say why a run must stop; "" where there is no reason."""
    return (
        _grown(rows, "length", limits.longer, limits.window, "answers", "tokens")
        or _grown(rows, "tools", limits.busier, limits.window, "programs", "tools")
        or _apart(rows, limits)
    )


def _grown(rows: Rows, name: str, times: float, window: int, what: str, unit: str) -> str:
    values = [row[name] for row in rows if name in row]
    if len(values) < 2 * window:
        return ""
    first, last = mean(values[:window]), mean(values[-window:])
    if last <= times * max(first, 1.0):
        return ""
    return (
        f"The {what} grew from {first:.1f} to {last:.1f} {unit}, more than {times:g} times: "
        "look at some of them, the reward may pay for it."
    )


def _apart(rows: Rows, limits: Limits) -> str:
    seen = [(row["step"], row["held_out"]) for row in rows if "held_out" in row]
    if len(seen) < 3:
        return ""
    at, best = max(seen[:-2], key=lambda each: each[1])
    now = mean(value for _, value in seen[-2:])
    earned = [row["reward"] for row in rows if "reward" in row and row["step"] <= at]
    later = [row["reward"] for row in rows if "reward" in row and row["step"] > at]
    if now >= best - limits.worse or not earned or not later:
        return ""
    then, since = mean(earned[-limits.window :]), mean(later[-limits.window :])
    if since <= then:
        return ""
    return (
        f"The reward rose from {then:.3f} to {since:.3f} while the held-out measure fell from "
        f"{best:.3f} to {now:.3f}: what is earned is not what is wanted."
    )
