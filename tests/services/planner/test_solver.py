"""Strengths solved on real photos."""

from itertools import pairwise

import numpy as np
import pytest

from iea.measure import ATTRIBUTES
from iea.program import Program
from iea.tools import TOOLS
from services.planner.backend import Keep, Wish
from services.planner.solver import solve
from services.planner.view import BUDGET, View
from tests.services.planner.scenes import PHOTOS, amounts, measured, plain_view, view

SOLVED = [
    (tool, sign)
    for tool in TOOLS
    for sign in (1, -1)
    if TOOLS[tool].solvable and tool != "black_and_white" and (sign > 0 or TOOLS[tool].main.min < 0)
]
DEGREES = (0.5, 1.0, 1.8, 2.5)


def solved(name: str, *wishes: Wish, keeps: tuple[Keep, ...] = ()) -> Program:
    return solve(view(name), Program(), wishes, keeps, seed=1).program


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize(("tool", "sign"), SOLVED)
def test_degrees_are_monotone_and_differ(name: str, tool: str, sign: int) -> None:
    programs = [solved(name, Wish(tool, sign, degree)) for degree in DEGREES]
    # Where a tool hardly works on a photo, another stands in from a degree on.
    strengths = [abs(next(iter(amounts(p).values()), 0.0)) for p in programs]
    tools = {next(iter(amounts(p)), "") for p in programs}
    if len(tools) == 1:
        assert all(a < b for a, b in pairwise(strengths))


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize(("tool", "sign"), SOLVED)
def test_the_target_moves_the_right_way(name: str, tool: str, sign: int) -> None:
    program = solved(name, Wish(tool, sign))
    if not program.steps:
        pytest.skip("this photo has nothing for the tool")
    target = TOOLS[tool].target
    change = measured(program, name)[target.attribute] - measured(Program(), name)[target.attribute]
    assert change * sign * target.change > 0
    assert abs(change) < 1.35 * abs(target.change) or target.attribute in ("D", "N")


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize(
    ("tool", "attribute"), [("exposure", "L"), ("temperature", "b"), ("shadows", "shadows")]
)
def test_a_plain_wish_reaches_its_target(name: str, tool: str, attribute: str) -> None:
    after, before = measured(solved(name, Wish(tool, 1)), name), measured(Program(), name)
    assert after[attribute] - before[attribute] == pytest.approx(TOOLS[tool].target.change, rel=0.1)


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("kept", ["highlights", "shadows", "C"])
def test_what_is_kept_stays(name: str, kept: str) -> None:
    keep = Keep((kept,), f"leave the {kept} alone")
    after = measured(solved(name, Wish("exposure", 1, 0.5), keeps=(keep,)), name)
    free = measured(solved(name, Wish("exposure", 1, 0.5)), name)
    before = measured(Program(), name)
    drift, loose = abs(after[kept] - before[kept]), abs(free[kept] - before[kept])
    assert drift <= max(2 * ATTRIBUTES[kept].notice, loose / 4)
    assert after["L"] > before["L"]


@pytest.mark.parametrize("name", PHOTOS)
def test_several_wishes_are_solved_together_within_the_budget(name: str) -> None:
    looked = view(name)
    wishes = [
        Wish("exposure", 1),
        Wish("contrast", 1),
        Wish("temperature", 1),
        Wish("saturation", 1),
    ]
    solution = solve(looked, Program(), wishes, (), seed=1)
    assert set(amounts(solution.program)) == {wish.tool for wish in wishes}
    assert looked.renders <= BUDGET


@pytest.mark.parametrize("name", PHOTOS)
def test_wishes_that_pull_against_each_other_are_both_seen(name: str) -> None:
    before = measured(Program(), name)
    after = measured(solved(name, Wish("exposure", -1), Wish("contrast", 1)), name)
    assert after["L"] < before["L"] - ATTRIBUTES["L"].notice
    assert after["C"] > before["C"] + ATTRIBUTES["C"].notice / 2


@pytest.mark.parametrize("name", PHOTOS)
def test_little_detail_burns_unless_it_is_asked_for_extremely(name: str) -> None:
    for tool in ("exposure", "contrast", "whites", "saturation", "temperature"):
        looked = view(name)
        program = solve(looked, Program(), [Wish(tool, 1, 1.8)], (), seed=1).program
        assert looked.read(program)["burnt"] <= 1.6


def test_a_white_photo_cannot_be_brightened() -> None:
    solution = solve(plain_view(255), Program(), [Wish("exposure", 1)], (), seed=1)
    assert solution.program.steps == ()
    assert [short.grade for short in solution.shortfalls] == ["none"]


def test_a_grey_photo_has_no_colour_to_saturate() -> None:
    for tool in ("saturation", "vibrance"):
        solution = solve(plain_view(120), Program(), [Wish(tool, 1)], (), seed=1)
        assert solution.program.steps == ()
        assert [short.grade for short in solution.shortfalls] == ["none"]


def test_the_same_request_gives_the_same_program() -> None:
    wishes = [Wish("exposure", 1), Wish("grain", 1)]
    first, second = (solve(view("temple"), Program(), wishes, (), seed=7).program for _ in range(2))
    assert first.digest == second.digest
    grain = first.find("grain")
    assert grain is not None
    assert grain.params["seed"] == 7


def test_tiny_photos_are_solved_too() -> None:
    for size in ((1, 1), (2, 5), (40, 1)):
        pixels = np.full((*size, 3), 100, np.uint8)
        looked = View(pixels, lambda pixels=pixels: pixels)  # type: ignore[misc]
        wishes = [Wish("exposure", 1), Wish("sharpen", 1), Wish("grain", 1)]
        assert "exposure" in amounts(solve(looked, Program(), wishes, (), seed=1).program)
