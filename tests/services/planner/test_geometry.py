"""Crops, turns and horizons that words ask for."""

import numpy as np
import pytest

from iea.program import Program
from iea.render import Rendering, render_pixels
from services.planner.backend import Move
from services.planner.geometry import MAX_TILT, moved, tilt_of
from tests.photos import PHOTOS
from tests.programs import program
from tests.services.planner.scenes import plain_view, view


def size_of(made: Program) -> tuple[int, int]:
    return Rendering(made, view("temple")._full()).size


@pytest.mark.parametrize("tilt", [-5.0, -3.0, 2.0, 5.0])
@pytest.mark.parametrize("name", ["temple", "rocket", "dining"])
def test_a_tilt_is_found(name: str, tilt: float) -> None:
    level = PHOTOS[name].pixels(300)
    steps = [{"tool": "straighten", "params": {"degrees": tilt}}]
    toolset = {"name": "iea", "version": "1"}
    leaning = render_pixels(Program.parse({"toolset": toolset, "steps": steps}), level)
    before, after = tilt_of(level), tilt_of(np.asarray(leaning, np.uint8))
    assert after is not None
    assert after - (before or 0) == pytest.approx(tilt, abs=0.8)


def test_where_no_line_tells_there_is_no_tilt() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3)).astype(np.uint8)
    assert tilt_of(noise) is None
    made, note = moved(Program(), Move("straighten"), plain_view(100))
    assert (made.steps, note) == ((), "no_horizon")


def test_a_level_photo_is_left_alone() -> None:
    made, note = moved(Program(), Move("straighten"), view("temple"))
    step = made.find("straighten")
    assert note == "level" or (step is not None and abs(step.amount) <= MAX_TILT / 4)


@pytest.mark.parametrize("shape", ["1:1", "16:9", "4:5", "9:16", "3:2"])
def test_crops_have_the_shape(shape: str) -> None:
    made, note = moved(Program(), Move("crop", shape), view("temple"))
    wide, tall = map(float, shape.split(":"))
    width, height = size_of(made)
    assert note is None
    assert width / height == pytest.approx(wide / tall, rel=0.01)


def test_closer_and_closer() -> None:
    once, _ = moved(Program(), Move("crop", "tighter"), view("temple"))
    twice, _ = moved(once, Move("crop", "tighter"), view("temple"))
    assert size_of(twice) < size_of(once) < size_of(Program())


def test_turns_add_up_to_nothing() -> None:
    made = Program()
    for _ in range(4):
        made, _ = moved(made, Move("rotate", "90"), view("temple"))
    assert made.steps == ()
    left, _ = moved(Program(), Move("rotate", "-90"), view("temple"))
    step = left.find("rotate")
    assert step is not None
    assert step.params["turns"] == -1


def test_a_mirror_twice_is_none() -> None:
    once, _ = moved(Program(), Move("flip", "horizontal"), view("temple"))
    twice, _ = moved(once, Move("flip", "horizontal"), view("temple"))
    assert once.steps
    assert twice.steps == ()


def test_upright_is_asked_about() -> None:
    assert moved(Program(), Move("rotate", "upright"), view("temple")) == (Program(), "ask.upright")


def test_smaller_halves_the_long_side() -> None:
    made, _ = moved(program(exposure=0.3), Move("resize", "smaller"), view("temple"))
    assert max(size_of(made)) == 320


def test_a_picture_gets_the_pixels_that_were_named_and_never_more() -> None:
    photo = view("temple")
    wide, tall = photo.size
    named, _ = moved(Program(), Move("resize", "120:wide"), photo)
    assert size_of(named)[0] == pytest.approx(120, abs=1)
    long, _ = moved(Program(), Move("resize", "120"), photo)
    assert max(size_of(long)) == 120
    same, note = moved(Program(), Move("resize", str(max(wide, tall))), photo)
    assert (same.steps, note) == ((), "small_enough")
