"""Wishes for parts of a photo: the mask, the measure in it, and what is missing."""

import numpy as np
import pytest

from iea.masks.places import _PLACES, ELSEWHERE, mask_of, place_of
from iea.measure import ATTRIBUTES
from iea.program import Program
from services.planner.backend import Context, Wish
from services.planner.plan import Request, plan
from services.planner.solver import solve
from services.planner.view import View
from tests.photos import PHOTOS
from tests.services.planner.scenes import BACKEND, ask, plain_view, view


@pytest.mark.parametrize("place", _PLACES)
def test_every_place_has_a_mask_and_a_way_back(place: str) -> None:
    assert place_of(mask_of(place)) == place
    assert place_of(mask_of(ELSEWHERE + place)) == ELSEWHERE + place
    assert mask_of("") is None
    assert place_of(None) == ""


@pytest.mark.parametrize("place", ["left", "right", "top", "bottom", "centre", "sky"])
def test_what_is_asked_for_a_place_happens_there(place: str) -> None:
    scene = view("temple")
    made = solve(scene, Program(), [Wish("exposure", -1, region=place)], (), 0).program
    there = scene.read(made, "L", place)["L"] - scene.read(Program(), "L", place)["L"]
    rest = ELSEWHERE + place
    elsewhere = scene.read(made, "L", rest)["L"] - scene.read(Program(), "L", rest)["L"]
    assert there == pytest.approx(-8, abs=1.2)
    assert abs(elsewhere) < abs(there) / 2


def test_dark_and_light_parts_have_tools_of_their_own() -> None:
    assert [s.tool for s in ask("brighten the dark parts").program.steps] == ["shadows"]


def test_a_place_that_is_not_there_is_said() -> None:
    planned = plan(Request("darken the sky", plain_view(120)), BACKEND)
    assert planned.kind == "no_change"
    assert "the sky" in planned.text


def test_a_face_is_found_and_brightened_alone() -> None:
    pixels = PHOTOS["astronaut"].pixels(256)
    scene = View(np.ascontiguousarray(pixels), lambda: pixels)
    planned = plan(Request("brighten her face", scene), BACKEND)
    (step,) = planned.program.steps
    assert place_of(step.mask) == "face"
    assert step.amount > 0


def test_what_should_stay_is_kept_out_of_it() -> None:
    planned = ask("make it warmer but leave the sky as it is")
    (step,) = planned.program.steps
    assert place_of(step.mask) == ELSEWHERE + "sky"


@pytest.mark.parametrize(
    ("words", "wishes"),
    [
        ("cool sky, warm ground", {"temperature- sky", "temperature+ foreground"}),
        ("more light on the left, less on the right", {"exposure+ left", "exposure- right"}),
        (
            "more contrast in the sky, and less in the foreground",
            {"contrast+ sky", "contrast- foreground"},
        ),
        ("links heller, rechts weniger", {"exposure+ left", "exposure- right"}),
        (
            "make the face brighter and the background too",
            {"exposure+ face", "exposure+ background"},
        ),
        ("the sky is too bright, darken it", {"exposure- sky"}),
        ("greener grass and bluer sky", {"color_mixer+ ", "color_mixer+ sky"}),
    ],
)
def test_wishes_for_two_places_in_one_sentence(words: str, wishes: set[str]) -> None:
    meant = BACKEND.understand(words, Context(Program(), ()))
    assert meant.act == "edit"
    assert wishes == {
        f"{wish.tool}{'+' if wish.direction > 0 else '-'} {wish.region}" for wish in meant.wishes
    }


def test_a_sky_as_blue_as_it_can_be_gets_deeper() -> None:
    pixels = PHOTOS["ruin"].pixels(256)
    scene = View(pixels, lambda: pixels)
    meant = plan(Request("make the sky bluer", scene), BACKEND)
    before, after = (scene.read(p, "S", "sky")["S"] for p in (Program(), meant.program))
    assert after > before + 2 * ATTRIBUTES["S"].notice
