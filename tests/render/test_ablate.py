"""What every step does: the picture without it, made together."""

import numpy as np
import pytest

from iea.program import Program
from iea.render import Cancelled, ablate, render_pixels
from tests.programs import document, everything, program
from tests.render.test_engine import noise


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_ablation_gives_the_same_pixels_as_separate_renders(kind: type) -> None:
    picture, every = noise(300, 410, kind), everything()
    made = ablate(every, picture)
    assert np.array_equal(made.finished, render_pixels(every, picture))
    assert len(made.without) == len(every.steps)
    for step, pixels in zip(every.steps, made.without, strict=True):
        expected = render_pixels(every.without(step.id), picture)
        assert np.array_equal(pixels, expected), step.tool


def test_a_step_that_does_nothing_leaves_the_finished_picture() -> None:
    picture = noise(20, 30)
    made = ablate(program(exposure=1, fade=0), picture)
    assert np.array_equal(made.without[1], made.finished)
    assert np.array_equal(made.without[0], picture)


def test_the_same_tool_twice_is_taken_away_one_at_a_time() -> None:
    picture = noise(20, 30)
    twice = Program.parse(
        document(
            {"tool": "exposure", "params": {"ev": 1}}, {"tool": "exposure", "params": {"ev": -0.5}}
        )
    )
    made = ablate(twice, picture)
    assert np.array_equal(made.without[0], render_pixels(program(exposure=-0.5), picture))
    assert np.array_equal(made.without[1], render_pixels(program(exposure=1), picture))


def test_the_empty_program_has_nothing_to_take_away() -> None:
    picture = noise(20, 30)
    made = ablate(Program(), picture)
    assert np.array_equal(made.finished, picture)
    assert made.without == []


def test_an_ablation_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        ablate(program(exposure=1), noise(200, 300), cancelled=lambda: True)
