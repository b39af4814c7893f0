"""What was done to a picture is found again from the two pictures."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from iea.errors import InvalidError
from iea.fit import Fit, fit
from iea.image import Picture
from iea.program import Program
from iea.render import render
from tests.photos import PHOTOS
from tests.programs import document, program

HIDDEN: list[tuple[str, dict[str, float]]] = [
    ("astronaut", {"exposure": 0.7}),
    ("rocket", {"exposure": -0.8, "temperature": -25, "blacks": 45}),
    ("officer", {"temperature": 25, "shadows": 40}),
    ("coffee", {"contrast": 40, "whites": -50, "tint": 20}),
    ("windows", {"contrast": 30, "saturation": -30, "vignette": 40}),
    ("cat", {"exposure": 0.5, "fade": 30, "vibrance": 40}),
    ("bedroom", {"highlights": 50, "temperature": -25}),
    ("cameraman", {"sepia": 70}),
    ("motorcycle", {"fade": 40, "highlights": -35, "vignette": -30}),
    ("towers", {"tint": -25, "saturation": -35, "exposure": 0.5, "highlights": 30}),
    ("dahlia", {"black_and_white": 100, "exposure": -0.5}),
    ("lamp", {"dehaze": 40, "temperature": 20}),
]


def picture(pixels: Any) -> Picture:
    return Picture(np.ascontiguousarray(pixels), None, None, None, None, "png")


@cache
def photo(name: str, longest: int = 700) -> Picture:
    return picture(PHOTOS[name].pixels(longest))


@cache
def refound(index: int) -> Fit:
    name, amounts = HIDDEN[index]
    return fit(photo(name), render(program(**amounts), photo(name)))


def amounts_of(found: Fit) -> dict[str, float]:
    return {step.tool: step.amount for step in found.program.steps if step.declared.solvable}


def test_hidden_programs_are_reached() -> None:
    left = [refound(i).after for i in range(len(HIDDEN))]
    assert np.mean(left) < 0.7
    assert max(left) < 1.5
    assert all(refound(i).after < refound(i).before / 3 for i in range(len(HIDDEN)))


def test_most_tools_are_found_in_their_direction_and_few_others() -> None:
    agreed, extra = [], 0
    for i, (_, hidden) in enumerate(HIDDEN):
        found = {step.tool: step.amount for step in refound(i).program.steps}
        agreed += [found.get(tool, 0) * amount > 0 for tool, amount in hidden.items()]
        extra += len(found.keys() - hidden.keys())
    assert np.mean(agreed) >= 0.85
    assert extra <= len(HIDDEN) / 3


def test_steps_come_strongest_first_with_the_sign_of_their_amounts() -> None:
    for i in range(len(HIDDEN)):
        found = refound(i)
        sizes = np.abs(found.strengths)
        assert (np.diff(sizes) <= 0).all()
        for step, strength in zip(found.program.steps, found.strengths, strict=True):
            amount = step.params[step.declared.main.name]
            assert isinstance(amount, float)
            assert amount * strength >= 0


def test_the_same_picture_needs_no_steps() -> None:
    found = fit(photo("temple"), photo("temple"))
    assert found == Fit(Program(), (), 0.0, 0.0)


def test_a_program_that_was_found_can_be_read_again() -> None:
    found = refound(4).program
    assert Program.parse(found.to_json()).canonical == found.canonical


def test_the_same_pair_gives_the_same_program() -> None:
    name, amounts = HIDDEN[4]
    again = fit(photo(name), render(program(**amounts), photo(name)))
    assert again == refound(4)


@pytest.mark.parametrize(
    ("tool", "amount", "slack"), [("sharpen", 60, 10), ("grain", 50, 12), ("blur", 25, 5)]
)
def test_detail_is_found(tool: str, amount: float, slack: float) -> None:
    before = photo("coffee")
    found = fit(before, render(program(**{tool: amount}), before))
    assert [step.tool for step in found.program.steps] == [tool]
    assert found.program.steps[0].params["amount"] == pytest.approx(amount, abs=slack)


def test_noise_that_was_removed_is_found() -> None:
    before = photo("astronaut")
    noisy = render(program(grain=45), before)
    step = {"tool": "denoise", "params": {"luminance": 60, "colour": 60}}
    found = fit(noisy, render(Program.parse(document(step)), noisy))
    assert [step.tool for step in found.program.steps] == ["denoise"]


@pytest.mark.parametrize(
    "steps",
    [
        [{"tool": "crop", "params": {"left": 0.1, "top": 0.15, "right": 0.83, "bottom": 0.9}}],
        [{"tool": "rotate", "params": {"turns": 1}}],
        [{"tool": "rotate", "params": {"turns": 2}}],
        [{"tool": "flip", "params": {"direction": "horizontal"}}],
        [{"tool": "flip", "params": {"direction": "vertical"}}],
        [
            {"tool": "rotate", "params": {"turns": -1}},
            {"tool": "crop", "params": {"top": 0.2, "right": 0.9}},
        ],
    ],
)
@pytest.mark.parametrize("name", ["temple", "astronaut"])
def test_moves_are_found_to_the_pixel(steps: list[dict[str, Any]], name: str) -> None:
    warmer = {"tool": "temperature", "params": {"amount": 30}}
    after = render(Program.parse(document(*steps, warmer)), photo(name))
    found = fit(photo(name), after)
    assert [s.tool for s in found.program.steps] == [*(s["tool"] for s in steps), "temperature"]
    again = render(found.program, photo(name))
    assert again.pixels.shape == after.pixels.shape
    apart = np.abs(again.pixels.astype(int) - after.pixels)
    assert apart.mean() < 1.5


@pytest.mark.parametrize("name", ["cat"])
def test_a_crop_that_was_made_smaller_is_found(name: str) -> None:
    crop = {"tool": "crop", "params": {"left": 0.2, "top": 0.1, "right": 0.9, "bottom": 0.8}}
    steps = document(crop, {"tool": "resize", "params": {"long_side": 240}})
    found = fit(photo(name), render(Program.parse(steps), photo(name)))
    assert [step.tool for step in found.program.steps][:2] == ["crop", "resize"]
    edges = found.program.steps[0].params
    for edge, value in crop["params"].items():
        assert edges[edge] == pytest.approx(value, abs=0.006)


@pytest.mark.parametrize(("one", "other"), [("bedroom", "dining")])
def test_another_photo_is_refused(one: str, other: str) -> None:
    height = min(photo(n, 300).height for n in (one, other))
    width = min(photo(n, 300).width for n in (one, other))
    pair = [picture(photo(n, 300).pixels[:height, :width]) for n in (one, other)]
    for before, after in (pair, (photo(one, 300), photo(other, 300))):
        with pytest.raises(InvalidError, match="does not look like an edit of BEFORE"):
            fit(before, after)


@pytest.mark.parametrize("shape", [(1, 1), (3, 50), (40, 40)])
def test_pictures_without_structure_are_fitted_by_their_colour(shape: tuple[int, int]) -> None:
    before, after = (picture(np.full((*shape, 3), level, np.uint8)) for level in (90, 120))
    assert fit(before, after).after < 0.5


def test_16_bits_are_fitted_too() -> None:
    deep = picture(photo("temple").pixels.astype(np.uint16) * 257)
    found = fit(deep, render(program(temperature=30), deep))
    assert amounts_of(found) == {"temperature": pytest.approx(30, abs=2)}
