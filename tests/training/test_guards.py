"""Guards: a run stops where the reward is earned by a trick, and for no other reason."""

import pytest

from training.guards import Limits, hacked

LIMITS = Limits(window=4, longer=2.0, busier=1.5, worse=0.05)


def rows(name: str, *values: float) -> list[dict[str, float]]:
    return [{"step": float(i), name: value} for i, value in enumerate(values, start=1)]


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("length", [50] * 4 + [101] * 4, "answers grew from 50.0 to 101.0 tokens"),
        ("length", [50] * 4 + [100] * 4, ""),
        ("length", [50] * 4 + [300] * 3, ""),
        ("length", [50, 50, 50, 50, 300, 300, 300, 40], "50.0 to 235.0"),
        ("tools", [2] * 4 + [3.1] * 4, "programs grew from 2.0 to 3.1 tools, more than 1.5 times"),
        ("tools", [2] * 4 + [3] * 4, ""),
        # From no tool to one is learning to answer.
        ("tools", [0] * 4 + [1.4] * 4, ""),
        ("loss", [2] * 4 + [90] * 4, ""),
    ],
)
def test_growth_beyond_a_limit_stops(name: str, values: list[float], reason: str) -> None:
    said = hacked(rows(name, *values), LIMITS)
    assert reason in said if reason else said == ""


def run(rewards: list[float], held_out: list[float]) -> list[dict[str, float]]:
    """Make the rows of a run that is evaluated after every second step."""
    made: list[dict[str, float]] = []
    for step, reward in enumerate(rewards, start=1):
        made.append({"step": step, "reward": reward})
        if step % 2 == 0:
            made.append({"step": step, "held_out": held_out[step // 2 - 1]})
    return made


@pytest.mark.parametrize(
    ("rewards", "held_out", "stops"),
    [
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.3, 0.2, 0.2], True),
        # Both fall: that is bad luck or a bad rate, but no trick.
        ([0.6, 0.5, 0.4, 0.3, 0.2, 0.1], [0.3, 0.2, 0.2], False),
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.3, 0.3, 0.26], False),
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.1, 0.2, 0.3], False),
        # One bad evaluation is noise.
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.3, 0.31, 0.24], False),
        ([0.1, 0.2, 0.3, 0.4], [0.3, 0.1], False),
    ],
)
def test_a_reward_that_rises_while_held_out_falls_stops(
    rewards: list[float], held_out: list[float], stops: bool
) -> None:
    said = hacked(run(rewards, held_out), LIMITS)
    assert said.startswith("The reward rose from 0.150 to 0.450") if stops else said == ""


def test_nothing_measured_is_no_reason() -> None:
    assert hacked([]) == ""
