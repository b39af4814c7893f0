"""What was fitted becomes a sentence that a person would say."""

import pytest

from iea.describe import describe
from iea.fit import Fit
from iea.fit._search import PROBES
from iea.program import Program
from iea.tools import TOOLS
from tests.programs import document


def said(size: tuple[int, int] | None = None, **strengths: float) -> str:
    """Describe steps of these strengths, in plain wishes."""
    steps = [
        {"tool": tool, "params": {TOOLS[tool].main.name: 1 if strength > 0 else -1}}
        for tool, strength in strengths.items()
    ]
    program = Program.parse(document(*steps))
    return describe(Fit(program, tuple(strengths.values()), 9.0, 0.5), size)


def moved(*steps: dict[str, object], size: tuple[int, int] | None = None) -> str:
    program = Program.parse(document(*steps))
    return describe(Fit(program, (0.0,) * len(steps), 9.0, 0.5), size)


@pytest.mark.parametrize(
    ("strengths", "sentence"),
    [
        ({}, "Leave it as it is."),
        ({"exposure": 1}, "Make it brighter."),
        ({"exposure": -0.5}, "Make it a bit darker."),
        ({"temperature": 2}, "Make it much warmer."),
        ({"shadows": 0.4}, "Lift the shadows a bit."),
        ({"contrast": 1.8}, "Increase the contrast a lot."),
        ({"temperature": 0.6, "shadows": 0.9}, "Lift the shadows and make it a bit warmer."),
        ({"temperature": 1, "exposure": 1.2}, "Make it brighter and warmer."),
        ({"temperature": -0.4, "exposure": 0.5}, "Make it a bit brighter and cooler."),
        (
            {"black_and_white": 1, "exposure": -1, "contrast": 0.9},
            "Turn it into a dark, contrasty black and white.",
        ),
        (
            {"black_and_white": 1, "grain": 0.5},
            "Turn it into black and white, and add a bit of grain.",
        ),
        ({"sepia": 1, "fade": 0.8}, "Give it a sepia tone and a faded look."),
        ({"sharpen": 1, "temperature": 2}, "Make it much warmer and sharper."),
    ],
)
def test_sentences(strengths: dict[str, float], sentence: str) -> None:
    assert said(**strengths) == sentence


def test_tools_that_do_the_same_are_one_wish() -> None:
    assert said(saturation=0.5, vibrance=0.6) == "Make it more vivid."
    assert said(highlights=-1, whites=-0.4) == "Tone down the highlights."


def test_at_most_four_things_are_asked_for_the_strongest_ones() -> None:
    six = {"exposure": 1.2, "temperature": 1.1, "shadows": 1.0, "vignette": 0.9}
    sentence = said(**six, contrast=0.3, tint=0.3)
    assert sentence == "Make it brighter and warmer, lift the shadows, and darken the corners."


def test_what_nobody_would_see_is_left_out_unless_there_is_nothing_else() -> None:
    assert said(exposure=1, fade=0.05) == "Make it brighter."
    assert said(fade=0.05) == "Give it a slightly faded look."


@pytest.mark.parametrize(
    ("tool", "params", "sentence"),
    [
        ("rotate", {"turns": 1}, "Rotate it to the right."),
        ("rotate", {"turns": -1}, "Rotate it to the left."),
        ("rotate", {"turns": 2}, "Turn it upside down."),
        ("flip", {"direction": "horizontal"}, "Mirror it."),
        ("crop", {"left": 0.1}, "Crop it."),
        ("resize", {"long_side": 500}, "Make it smaller."),
    ],
)
def test_moves(tool: str, params: dict[str, object], sentence: str) -> None:
    assert moved({"tool": tool, "params": params}) == sentence


def test_a_crop_to_a_square_is_called_so() -> None:
    assert (
        moved({"tool": "crop", "params": {"left": 0.1}}, size=(400, 399)) == "Crop it to a square."
    )


@pytest.mark.parametrize("tool", [*PROBES, "sharpen", "blur", "denoise", "grain"])
@pytest.mark.parametrize("strength", [-2, -1, -0.5, 0.5, 1, 2])
def test_every_direction_has_words(tool: str, strength: float) -> None:
    if strength > 0 or TOOLS[tool].main.min < 0:
        sentence = said(**{tool: strength})
        assert sentence.endswith(".")
        assert "{" not in sentence
