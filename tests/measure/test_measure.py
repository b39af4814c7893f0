"""Measures: known values, and that they move the way the words say."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from iea.errors import InvalidError
from iea.image import Picture, decode
from iea.measure import ATTRIBUTES, Gauge, effect_text, measure_program, pixel_distance, score
from iea.measure.lab import lab
from iea.program import Program
from iea.render import render, render_pixels
from iea.tools import TOOLS
from tests.images import photo
from tests.programs import program


def _picture(pixels: np.ndarray) -> Picture:
    return Picture(pixels=pixels, alpha=None, icc=None, exif=None, xmp=None, format="png")


def _flat(value: int) -> Picture:
    return _picture(np.full((8, 8, 3), value, np.uint8))


def test_lab_has_the_known_values_of_white_black_and_red() -> None:
    colours = np.array([[[255, 255, 255], [0, 0, 0], [255, 0, 0]]], np.uint8)
    planes = lab(colours)[:, 0].T
    assert planes[0] == pytest.approx([100, 0, 0], abs=0.05)
    assert planes[1] == pytest.approx([0, 0, 0], abs=0.05)
    assert planes[2] == pytest.approx([53.24, 80.09, 67.20], abs=0.05)


def test_lightness_agrees_with_littlecms() -> None:
    picture = decode(photo())
    image = Image.open(io.BytesIO(photo()))
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB", 6504), "RGB", "LAB"
    )
    judged = np.asarray(ImageCms.applyTransform(image, transform))[..., 0] * (100 / 255)
    assert np.abs(lab(picture.pixels)[0] - judged).mean() < 0.5


def test_the_distance_is_the_papers() -> None:
    # |a - b| = 51/255 = 0.2 everywhere: mean 0.2, root of the mean square 0.2.
    assert pixel_distance(_flat(100), _flat(151)) == pytest.approx(0.2, abs=1e-6)
    half = np.full((8, 8, 3), 100, np.uint8)
    half[:4] = 151
    # Half of the samples differ: mean 0.1, root of the mean square sqrt(0.02).
    expected = (0.1 + 0.02**0.5) / 2
    assert pixel_distance(_flat(100), _picture(half)) == pytest.approx(expected, abs=1e-6)


def test_likeness_is_one_when_reached_and_zero_when_unmoved() -> None:
    original, reference = _flat(100), _flat(150)
    assert score(original, reference, reference)[1]["likeness"] == 1
    assert score(original, original, reference)[1]["likeness"] == 0
    assert score(original, _flat(125), reference)[1]["likeness"] == pytest.approx(0.5)
    assert score(original, _flat(0), reference)[1]["likeness"] == -1
    assert score(original, _flat(0), original)[1]["likeness"] == -1


def test_pictures_of_two_sizes_are_refused() -> None:
    with pytest.raises(InvalidError, match="same size"):
        score(_flat(1), _picture(np.zeros((4, 8, 3), np.uint8)))


AIMED = {name: tool for name, tool in TOOLS.items() if tool.solvable}


@pytest.mark.parametrize("tool", AIMED.values(), ids=AIMED)
def test_every_tool_moves_its_target_on_a_real_photo(tool) -> None:  # type: ignore[no-untyped-def]
    picture = decode(photo())
    gauge = Gauge(picture.pixels)
    name = tool.target.attribute
    value = 0.4 * tool.main.max
    after = gauge.read(render_pixels(program(**{tool.name: value}), picture.pixels))
    change = after[name] - gauge.original[name]
    assert change * tool.target.change > 0
    assert abs(change) > ATTRIBUTES[name].notice


def test_a_program_is_measured_whole_and_step_by_step() -> None:
    steps = program(exposure=0.7, temperature=30)
    whole, each = measure_program(steps, photo())
    assert set(whole) == set(ATTRIBUTES)
    assert [step_id for step_id, _, _ in each] == [step.id for step in steps.steps]
    (_, light, said), (_, warmth, _) = each
    assert light["L"]["after"] > light["L"]["before"] + 3
    assert abs(warmth["L"]["after"] - warmth["L"]["before"]) < 1.5
    assert warmth["b"]["after"] > warmth["b"]["before"] + 2
    first, last = round(light["L"]["before"]), round(light["L"]["after"])
    assert said == f"Exposure +0.7 EV: the mean lightness rose from {first} to {last}."


def test_a_step_that_shows_nothing_is_said_so() -> None:
    steps = program(black_and_white=100, saturation=40)
    _, each = measure_program(steps, photo())
    assert each[1][2] == "Saturation +40: nothing that can be seen changed."


def test_detail_is_measured_on_real_pixels_not_on_a_small_copy() -> None:
    large = np.asarray(Image.open(io.BytesIO(photo())).resize((2560, 1708)))
    out = io.BytesIO()
    Image.fromarray(large).save(out, "PNG")
    _, each = measure_program(program(sharpen=60), out.getvalue())
    views_effect = each[0][1]["D"]
    picture = decode(out.getvalue())
    gauge = Gauge(picture.pixels)
    rendered = render(program(sharpen=60), picture)
    true = gauge.read(rendered.pixels)["D"] / gauge.original["D"]
    assert views_effect["after"] / views_effect["before"] == pytest.approx(true, rel=0.15)


def test_one_pixel_can_be_measured() -> None:
    gauge = Gauge(np.full((1, 1, 3), 100, np.uint8))
    assert gauge.read(np.full((1, 1, 3), 120, np.uint8))["L"] > gauge.original["L"]


def test_a_sentence_for_every_tool() -> None:
    for tool in AIMED.values():
        one: Program = program(**{tool.name: tool.main.max / 2})
        _, each = measure_program(one, photo())
        text = effect_text(one.steps[0], each[0][1])
        assert text.startswith(tool.name.replace("_", " ").capitalize())
        assert text.endswith(".")
        assert "\n" not in text
