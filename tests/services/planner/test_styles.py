"""Looks: every recipe is one that tools can follow, grows with the degree, and shows."""

import numpy as np
import pytest

from iea.program import Program
from iea.render import render_pixels
from iea.tools import TOOLS, Param
from services.planner.backend import Context, Look, Understanding
from services.planner.dialogue import Talk, settle
from services.planner.embedded import Embedded
from services.planner.solver import solve
from services.planner.styles import recipes, wishes_of
from services.planner.view import BUDGET, View
from tests.services.planner.scenes import small, view

STYLES = sorted(recipes())
GREY = ("noir", "film_bw", "high_contrast_bw", "soft_bw")


class Says:
    """A backend that always asks for one look."""

    identity = Embedded().identity

    def __init__(self, style: str, degree: float = 1.0) -> None:
        self.look = Look(style, degree, style)

    def understand(self, words: str, context: Context) -> Understanding:
        return Understanding("edit", looks=(self.look,))


def made(style: str, degree: float = 1.0) -> tuple[Program, View]:
    backend, scene = Says(style, degree), view("temple")
    talk = Talk((), backend, scene)
    draft = settle(backend.understand("", Context(Program(), ())), style, talk)
    return solve(scene, draft.program, draft.wishes, (), 0).program, scene


def distance(program: Program, scene: View) -> float:
    after = np.asarray(render_pixels(program, scene.small), float)
    return float(np.abs(after - scene.small).mean() / 255)


def test_there_are_at_least_sixty() -> None:
    assert len(STYLES) >= 60


@pytest.mark.parametrize("style", STYLES)
def test_a_recipe_names_tools_and_numbers_in_their_ranges(style: str) -> None:
    recipe = recipes()[style]
    assert 10 < len(recipe["about"]) < 100
    assert all(TOOLS[tool].solvable for tool in recipe.get("solved", {}))
    for tool, params in recipe.get("steps", {}).items():
        declared = {p.name: p for p in TOOLS[tool].params}
        for name, value in params.items():
            param = declared[name]
            assert not isinstance(param, Param) or param.min <= value <= param.max


@pytest.mark.parametrize("style", STYLES)
def test_a_look_shows_within_the_budget(style: str) -> None:
    program, scene = made(style)
    assert distance(program, scene) > 0.015
    assert scene.renders <= BUDGET
    assert Program.parse(program.to_json()) == program


@pytest.mark.parametrize("style", GREY)
@pytest.mark.parametrize("degree", [0.5, 1.0, 2.5])
def test_black_and_white_looks_have_no_colour(style: str, degree: float) -> None:
    program, _ = made(style, degree)
    after = np.asarray(render_pixels(program, small("temple")), int)
    assert np.ptp(after, axis=-1).max() <= 1


def test_more_of_a_look_is_more() -> None:
    distances = []
    for degree in (0.5, 1.0, 1.8):
        program, scene = made("golden_hour", degree)
        distances.append(distance(program, scene))
    assert distances == sorted(distances)


def test_hues_do_not_grow_with_the_degree() -> None:
    weak, strong = (wishes_of(Look("teal_and_orange", d)) for d in (0.5, 1.5))
    for one, other in zip(weak, strong, strict=True):
        for name in one.also:
            if one.tool == "color_grading" and name.endswith("hue"):
                assert one.also[name] == other.also[name]
