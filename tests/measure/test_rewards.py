"""Rewards: worked out by hand on tiny pictures, and what holds for every answer."""

from collections.abc import Mapping
from statistics import mean
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iea.errors import InvalidError, NotFoundError
from iea.image import Picture
from iea.measure import (
    INVALID,
    Goal,
    edit_reward,
    likeness,
    our_reward,
    pixel_distance,
    refine_reward,
    summary_reward,
)
from iea.program import Program
from iea.render import render_pixels
from iea.tools.iea16 import TOOLS
from tests.images import scene
from tests.programs import document, example, program
from tests.tools.iea16 import transcription

Pixels = Any


def plan(**amounts: float) -> Program:
    """A program of the published toolset."""
    steps = [{"tool": tool, "params": {"amount": amount}} for tool, amount in amounts.items()]
    return Program.parse({"toolset": {"name": "iea16", "version": "1"}, "steps": steps})


def grey(value: int, width: int = 4, height: int = 3) -> Pixels:
    return np.full((height, width, 3), value, np.uint8)


# Brightness 20 adds 0.1, so makes 125 of 100; temperature -20 adds (-10, -6, 10).
TO_150 = Goal(grey(100), grey(150))

plans = st.dictionaries(st.sampled_from(sorted(TOOLS)), st.integers(-100, 100), max_size=5).map(
    lambda amounts: plan(**amounts)
)
SCENE = scene(24, 16)


def judged(one: Pixels, other: Pixels) -> float:
    """The distance in plain NumPy, of float64."""
    difference = (one.astype(float) - other) / 255
    return float(np.abs(difference).mean() + np.sqrt(np.square(difference).mean())) / 2


def test_distances_are_exact_on_pictures_and_on_samples_of_any_size() -> None:
    rng = np.random.default_rng(0)
    for shape in ((1, 1, 3), (7, 5, 3), (300, 211, 3)):
        one, other = (rng.integers(0, 256, shape, np.uint8) for _ in range(2))
        assert pixel_distance(one, other) == pytest.approx(judged(one, other), abs=1e-14)
        a, b = (Picture(pixels, None, None, None, None, "png") for pixels in (one, other))
        assert pixel_distance(a, b) == pixel_distance(one, other) == pixel_distance(other, one)
    # Runs of the largest difference there is, more than 32 bits of its squares.
    assert pixel_distance(grey(0, 1000, 1000), grey(255, 1000, 1000)) == 1
    with pytest.raises(InvalidError, match="4x3 and the other 3x4"):
        pixel_distance(grey(1), grey(1, 3, 4))


def test_likeness_is_worked_out_by_hand() -> None:
    assert likeness(0.2, 0.05) == pytest.approx(0.75)
    assert likeness(0.2, 0.3) == pytest.approx(-0.5)
    assert likeness(0.2, 0.9) == -1
    # Nothing was to be done: it was left alone, or it was not.
    assert likeness(0, 0) == 0
    assert likeness(0, 0.01) == -1


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_nearer_is_more_alike(before: float, one: float, other: float) -> None:
    near, far = sorted((one, other))
    assert -1 <= likeness(before, far) <= likeness(before, near) <= 1


def test_an_edit_is_worked_out_by_hand() -> None:
    # From 50 codes off to 25; without brightness it would be 50 again.
    reward = edit_reward(plan(brightness=20), TO_150)
    assert reward.parts == pytest.approx({"likeness": 0.5, "usefulness": 1})
    assert reward.total == pytest.approx(0.7 * 0.5 + 0.3)


def test_a_harmful_tool_counts_against_a_useful_one() -> None:
    # 125 becomes (115, 119, 135): 35, 31 and 15 off. Without temperature it is 25 off: better.
    reward = edit_reward(plan(brightness=20, temperature=-20), TO_150)
    off = (27 + ((35**2 + 31**2 + 15**2) / 3) ** 0.5) / 2
    assert reward.parts == pytest.approx({"likeness": (50 - off) / 50, "usefulness": 0})


def test_a_tool_that_changes_nothing_is_not_useful() -> None:
    reward = edit_reward(plan(brightness=20, contrast=0), TO_150)
    assert reward.parts == pytest.approx({"likeness": 0.5, "usefulness": 0})
    reward = edit_reward(plan(contrast=0), TO_150)
    assert (reward.parts, reward.total) == ({"likeness": 0, "usefulness": -1}, -0.3)


def test_a_tool_that_leads_as_far_beyond_is_not_useful() -> None:
    # 12 codes below the reference, then 12 above it.
    beyond = Goal(grey(100), grey(112))
    assert edit_reward(plan(brightness=19), beyond).parts == {"likeness": 0, "usefulness": -1}
    assert our_reward(plan(brightness=19), beyond).parts["needless"] == 1


def test_where_nothing_was_to_be_done_every_change_is_wrong() -> None:
    done = Goal(grey(100), grey(100))
    assert edit_reward(plan(brightness=20), done).total == -1
    assert edit_reward(plan(brightness=0), done).parts == {"likeness": 0, "usefulness": -1}


@pytest.mark.parametrize("answer", [None, Program(), plan()])
def test_an_invalid_or_empty_answer_earns_nothing_but_minus_1(answer: Program | None) -> None:
    assert edit_reward(answer, TO_150) is INVALID
    assert refine_reward(answer, plan(), plan(), TO_150) is INVALID
    assert our_reward(answer, TO_150) is INVALID
    assert summary_reward(" \n", "warmer", [10]) is INVALID
    assert INVALID.total == -1


@pytest.mark.parametrize("seed", range(6))
def test_edits_earn_what_they_earn_the_published_way(seed: int) -> None:
    rng = np.random.default_rng(seed)
    photo = scene(192, 128)
    wanted = {"exposure": 30, "contrast": -25, "saturation": 40, "temperature": 20, "vignette": 30}
    amounts = {tool: float(amount + rng.integers(-40, 41)) for tool, amount in wanted.items()}
    reference = transcription.render(photo, wanted)
    before, after, *without = (
        judged(transcription.render(photo, one), reference)
        for one in ({}, amounts, *({**amounts, tool: 0} for tool in amounts))
    )
    expected = 0.7 * max(-1, (before - after) / before)
    expected += 0.3 * mean(1 if distance > after else -1 for distance in without)
    reward = edit_reward(plan(**amounts), Goal(photo, reference))
    assert reward.total == pytest.approx(expected, abs=1e-3)


def test_a_refinement_is_worked_out_by_hand() -> None:
    # Likeness as above, from the photo. Brightness went 10 of 30, temperature 0 of 10. Of what the
    # answer changed, brightness was right.
    start, wanted = plan(brightness=10), plan(brightness=40, temperature=10)
    reward = refine_reward(plan(brightness=20), start, wanted, TO_150)
    expected = {"likeness": 0.5, "progress": (1 / 3 + 0) / 2, "agreement": 1}
    assert reward.parts == pytest.approx(expected)
    assert reward.total == pytest.approx(0.3 * 0.5 + 0.4 / 6 + 0.3)


def refined(answer: Program, start: Program, wanted: Program) -> tuple[float, float]:
    parts = refine_reward(answer, start, wanted, Goal(SCENE, SCENE)).parts
    return parts["progress"], parts["agreement"]


@pytest.mark.parametrize(
    ("answer", "progress", "agreement"),
    [
        ({"exposure": 20, "contrast": 20}, 1, 1),  # as wanted
        ({"exposure": 90, "contrast": 20}, 1, 1),  # too far is as good
        ({"exposure": 0, "contrast": 20}, -1, 1),  # the wrong way
        ({"exposure": -80, "contrast": 20}, -1, 1),  # no farther than that
        ({"contrast": 20}, -1, 1),  # an absent tool stands at 0
        ({"exposure": 10, "contrast": 20}, 0, 0),  # nothing changed: neither TP nor FP
        ({"exposure": 15, "contrast": 30}, 0.5, 0),  # a right tool and a wrong one
        ({"exposure": 10, "contrast": 20, "brightness": 10}, 0, -1),  # a near-substitute
        ({"exposure": 10}, 0, -1),  # removing a tool changes it
        ({"exposure": 10, "contrast": 20, "tint": 0}, 0, 0),  # at 0 it is as if absent
    ],
)
def test_progress_and_agreement(
    answer: Mapping[str, float], progress: float, agreement: float
) -> None:
    start, wanted = plan(exposure=10, contrast=20), plan(exposure=20, contrast=20)
    assert refined(plan(**answer), start, wanted) == (progress, agreement)


def test_where_no_parameter_was_to_change_there_is_no_progress() -> None:
    start = plan(exposure=10)
    assert refined(plan(exposure=10), start, start) == (0, 0)
    assert refined(plan(exposure=20), start, start) == (0, -1)


def one(tool: str, mask: Mapping[str, Any] | None = None, **params: Any) -> Program:
    return Program.parse(document({"tool": tool, "params": params, "mask": mask}))


def test_every_parameter_of_a_tool_makes_its_own_progress() -> None:
    start, wanted = one("vignette", amount=20), one("vignette", amount=40, midpoint=70)
    answer = one("vignette", amount=30, midpoint=70)
    assert refined(answer, start, wanted) == ((0.5 + 1) / 2, 1)


def test_a_choice_or_a_curve_is_reached_or_not() -> None:
    start, wanted = (one("flip", direction=way) for way in ("horizontal", "vertical"))
    assert refined(wanted, start, wanted) == (1, 1)
    assert refined(start, start, wanted) == (0, 0)
    curve, other = (one("tone_curve", points=[[0, 0], [0.5, y], [1, 1]]) for y in (0.6, 0.7))
    assert refined(other, curve, curve) == (0, -1)
    assert refined(other, curve, one("tone_curve", points=[[0, 0], [0.5, 0.8], [1, 1]])) == (0, 1)


def test_steps_correspond_by_their_masks() -> None:
    left, right = (
        {"parts": [{"kind": "linear", "x1": x1, "y1": 0, "x2": 1 - x1, "y2": 0}]} for x1 in (0, 1)
    )
    start, wanted = one("exposure", left, ev=0.5), one("exposure", left, ev=1)
    assert refined(wanted, start, wanted) == (1, 1)
    # Moving it elsewhere takes one step away, against the wish, and adds another.
    assert refined(one("exposure", right, ev=1), start, wanted) == (-1, 0)


def test_steps_of_one_tool_correspond_in_their_order() -> None:
    start, wanted = (
        Program.parse(document(*({"tool": "exposure", "params": {"ev": ev}} for ev in both)))
        for both in ((0.5, 0.2), (0.7, 0.2))
    )
    assert refined(wanted, start, wanted) == (1, 1)


def test_a_step_that_does_nothing_is_no_change() -> None:
    start, wanted = one("exposure", ev=0.5), one("exposure", ev=1)
    idle = {"tool": "vignette", "params": {"amount": 0, "midpoint": 70}}
    answer = Program.parse(document({"tool": "exposure", "params": {"ev": 0.5}}, idle))
    assert refined(answer, start, wanted) == (0, 0)


def test_another_seed_is_no_change() -> None:
    start, other = one("grain", amount=20, seed=1), one("grain", amount=20, seed=2)
    assert refined(other, start, one("grain", amount=30, seed=3)) == (0, 0)


def test_programs_of_two_toolsets_are_not_compared() -> None:
    with pytest.raises(InvalidError, match="toolsets iea and iea16"):
        refine_reward(plan(exposure=10), program(exposure=1), plan(), TO_150)
    # One without steps is of any.
    assert refine_reward(plan(exposure=10), Program(), plan(exposure=10), TO_150).total > 0


def test_a_summary_earns_the_most_frequent_score() -> None:
    reward = summary_reward("make it warmer", "warmer please", [8, 6, 6, 8, 6])
    assert (reward.total, reward.parts) == (0.6, {"score": 0.6})
    assert summary_reward("a dog", "warmer please", [-10]).total == -1


def test_without_a_reward_model_a_summary_earns_rouge_l() -> None:
    reward = summary_reward("make it warmer", "warmer please")
    assert (reward.total, reward.parts) == (0.4, {"rouge_l": 0.4})


@pytest.mark.parametrize("score", [11, -10.5, float("nan")])
def test_a_score_outside_its_range_is_an_error(score: float) -> None:
    with pytest.raises(InvalidError, match=r"scores are -10\.\.10"):
        summary_reward("make it warmer", "warmer please", [score])


def test_our_reward_is_likeness_where_there_is_no_fault() -> None:
    reward = our_reward(plan(brightness=20), TO_150)
    assert reward.parts == {"likeness": 0.5, "needless": 0, "clipping": 0, "noise": 0}
    assert reward.total == 0.5


def test_needless_tools_cost_by_their_share() -> None:
    # Tint 1 adds nothing once rounded; tint 4 adds 1 to one channel of three: unseen.
    for tint in (1, 4):
        reward = our_reward(plan(brightness=20, tint=tint), TO_150)
        assert reward.parts["needless"] == 0.5
    assert reward.total == pytest.approx(reward.parts["likeness"] - 0.2 * 0.5)
    # 3 codes on one channel of three can be seen, and lead nearer.
    assert our_reward(plan(brightness=20, tint=10), TO_150).parts["needless"] == 0
    # So can these, but they lead away.
    harmful = our_reward(plan(brightness=20, temperature=-20), TO_150)
    assert harmful.parts["needless"] == 0.5


def test_new_clipping_costs_and_what_the_reference_clips_does_not() -> None:
    # Brightness 50 adds 64 (63.75, cut): of 100 pixels, two of 200 are clipped.
    photo, reference = grey(100, 10, 10), grey(163, 10, 10)
    photo[0, :2], reference[0, :2] = 200, 254
    reward = our_reward(plan(brightness=50), Goal(photo, reference))
    # 2 % are ten times what is noticed, of the twenty that are the worst.
    assert reward.parts["clipping"] == pytest.approx(0.5)
    assert reward.total == pytest.approx(reward.parts["likeness"] - 0.2 * 0.5)
    reference[0, :2] = 255
    assert our_reward(plan(brightness=50), Goal(photo, reference)).total == 1


def test_new_noise_costs_and_wanted_grain_does_not() -> None:
    photo = scene(96, 64)
    light, grainy = plan(exposure=20), plan(exposure=20, grain=20)
    smooth = Goal(photo, render_pixels(light, photo))
    assert our_reward(light, smooth).total == 1
    noisy = our_reward(grainy, smooth)
    assert noisy.parts["noise"] == 1
    assert noisy.parts["needless"] == 0.5
    assert our_reward(grainy, Goal(photo, render_pixels(grainy, photo))).total == 1


def test_refusing_is_right_only_where_it_is_wanted() -> None:
    answer = plan(brightness=20)
    assert our_reward(None, None, refused=True).parts == {"refusal": 1}
    assert our_reward(answer, None).parts == {"refusal": -1}
    assert our_reward(None, TO_150, refused=True).parts == {"refusal": -1}
    assert our_reward(None, None, refused=True).total == 1
    assert our_reward(answer, None).total == our_reward(None, TO_150, refused=True).total == -1


def test_a_picture_of_another_size_is_laid_on() -> None:
    crop = Program.parse(document(example("crop")))
    assert edit_reward(crop, TO_150).parts == {"likeness": 0, "usefulness": -1}
    photo = scene(48, 32)
    cropped = Goal(photo, render_pixels(crop, photo))
    assert edit_reward(crop, cropped).total == 1
    assert our_reward(crop, cropped).total == 1
    assert edit_reward(program(exposure=0.3), cropped).total < 0.5


def test_what_cannot_be_computed_is_an_error_and_never_minus_1() -> None:
    lut = one("lut", amount=100, file="0" * 64)
    with pytest.raises(NotFoundError):
        edit_reward(lut, TO_150)
    with pytest.raises(NotFoundError):
        refine_reward(lut, plan(), plan(), TO_150)
    with pytest.raises(NotFoundError):
        our_reward(lut, TO_150)


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 4, 3), np.uint16), np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)],
)
def test_a_goal_is_of_8_bit_pictures(pixels: Pixels) -> None:
    with pytest.raises(InvalidError, match="photo of a goal"):
        Goal(pixels, grey(1))
    with pytest.raises(InvalidError, match="reference of a goal"):
        Goal(grey(1), pixels)


@settings(deadline=None, max_examples=40)
@given(plans, plans)
def test_every_reward_is_minus_1_to_1(answer: Program, wanted: Program) -> None:
    goal = Goal(SCENE, render_pixels(wanted, SCENE))
    rewards = (
        edit_reward(answer, goal),
        refine_reward(answer, wanted, plan(), goal),
        our_reward(answer, goal),
    )
    for reward in rewards:
        assert -1 <= reward.total <= 1
        assert all(-1 <= part <= 1 for part in reward.parts.values())


@settings(deadline=None, max_examples=40)
@given(plans, plans)
def test_the_reference_itself_earns_most(start: Program, wanted: Program) -> None:
    goal = Goal(SCENE, render_pixels(wanted, SCENE))
    if not wanted.steps or goal.before == 0:
        return
    assert edit_reward(wanted, goal).parts["likeness"] == 1
    ours = our_reward(wanted, goal).parts
    assert (ours["likeness"], ours["clipping"], ours["noise"]) == (1, 0, 0)
    changed = start.canonical != wanted.canonical
    assert refine_reward(wanted, start, wanted, goal).total == pytest.approx(1 if changed else 0.3)
