"""A photo takes on the look of another one: nearer, within bounds, and told step by step."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from iea import cli
from iea.fit._look import LABELS, Gaze
from iea.fit._match import LIMIT, LIMITS, MOST, match_looks
from iea.image import Picture
from iea.match import match, tell
from iea.measure import Gauge
from iea.program import Program
from iea.render import render_pixels
from tests import images
from tests.photos import PHOTOS
from tests.programs import document, program

PAIRS = [("temple", "windows"), ("cat", "rocket"), ("lamp", "dining")]


@cache
def pixels(name: str) -> Any:
    return np.ascontiguousarray(PHOTOS[name].pixels(240))


@cache
def matched(photo: str, reference: str) -> tuple[Program, float, float]:
    return match_looks(pixels(photo), pixels(reference))


def picture(samples: Any) -> Picture:
    return Picture(np.ascontiguousarray(samples), None, None, None, None, "png")


@pytest.mark.parametrize("pair", PAIRS)
def test_the_look_comes_nearer_in_few_steps(pair: tuple[str, str]) -> None:
    found, before, after = matched(*pair)
    assert 1 <= len(found.steps) <= MOST
    assert after < 0.85 * before
    finished = render_pixels(found, pixels(pair[0]))
    own, other = Gauge(pixels(pair[0])), Gauge(pixels(pair[1]))
    wanted = other.original["L"] - own.original["L"]
    assert (own.read(finished)["L"] - own.original["L"]) * wanted > 0


@pytest.mark.parametrize("pair", PAIRS)
def test_every_step_is_within_bounds_and_has_its_reason(pair: tuple[str, str]) -> None:
    for step in matched(*pair)[0].steps:
        assert step.reason.startswith("Without it the ")
        assert any(label in step.reason for label in LABELS)
        most = LIMITS.get(step.tool, LIMIT) * (2**0.5 if step.tool == "color_grading" else 1)
        given = step.declared.defaults()
        changed = [v for k, v in step.params.items() if v != given[k] and not k.endswith("_hue")]
        assert changed
        assert all(isinstance(v, float | int) and abs(v) <= most + 0.5 for v in changed)


def test_a_program_can_be_read_again_and_is_the_same_every_time() -> None:
    found = matched(*PAIRS[0])[0]
    assert Program.parse(found.to_json()) == found
    assert match_looks(pixels(PAIRS[0][0]), pixels(PAIRS[0][1]))[0] == found


def test_a_cast_is_taken_over() -> None:
    cooler = render_pixels(program(temperature=-60), pixels("windows"))
    found = match_looks(pixels("temple"), cooler)[0]
    gauge, plain = Gauge(pixels("temple")), matched("temple", "windows")[0]
    b, plain_b = (gauge.read(render_pixels(each, pixels("temple")))["b"] for each in (found, plain))
    assert b < plain_b - 2


def test_a_black_and_white_reference_takes_the_colours_away() -> None:
    found = match_looks(pixels("coffee"), pixels("cameraman"))[0]
    assert found.steps[0].tool == "black_and_white"
    assert Gauge(render_pixels(found, pixels("coffee"))).original["S"] < 0.5


def test_a_toned_reference_leaves_one_hue() -> None:
    reference = render_pixels(program(sepia=100), pixels("astronaut"))
    found = match_looks(pixels("temple"), reference)[0]
    numbers = Gaze(render_pixels(found, pixels("temple"))).original
    own, aim = Gaze(pixels("temple")).original, Gaze(reference).original
    spread, cast = (
        LABELS.index(label)
        for label in ("spread of the hues", "balance of blue and yellow in the midtones")
    )
    assert numbers[spread] < own[spread] / 3
    assert abs(aim[cast] - numbers[cast]) < abs(aim[cast] - own[cast]) / 2


def test_a_picture_without_colours_gets_none() -> None:
    found = match_looks(pixels("cameraman"), pixels("coffee"))[0]
    assert found.steps
    assert {step.declared.stage for step in found.steps} == {"light"}


@pytest.mark.parametrize("shape", [(1, 1), (2, 40), (30, 30)])
def test_pictures_with_next_to_nothing_in_them_are_matched(shape: tuple[int, int]) -> None:
    dark, light = (np.full((*shape, 3), level, np.uint8) for level in (60, 100))
    found, before, after = match_looks(dark, light)
    assert after < before
    assert render_pixels(found, dark).mean() > 65


def test_an_edit_of_the_photo_itself_is_followed_exactly() -> None:
    photo = picture(PHOTOS["temple"].pixels(600))
    crop = {"tool": "crop", "params": {"left": 0.1}}
    warmer = {"tool": "temperature", "params": {"amount": -60}}
    sharper = {"tool": "sharpen", "params": {"amount": 60}}
    edited = render_pixels(Program.parse(document(crop, warmer, sharper)), photo.pixels)
    found = match(photo, picture(edited))
    assert found.same_scene
    assert found.after < found.before / 4
    reasons = {step.tool: step.reason for step in found.program.steps}
    assert reasons.keys() == {"crop", "temperature", "sharpen"}
    assert "shows the photo this way" in reasons["crop"]
    assert "fine detail" in reasons["sharpen"]
    said = re.search(r"difference of ([\d.]+) .* with it ([\d.]+)\.$", reasons["temperature"])
    assert said is not None
    assert float(said[1]) > 3 * float(said[2])


def test_a_photo_that_looks_so_already_is_told_to() -> None:
    photo = picture(pixels("temple"))
    assert next(tell(match(photo, photo))) == "It looks like the reference as it is."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "photo.jpg").write_bytes(images.save(pixels("temple")))
    (tmp_path / "reference.png").write_bytes(images.save(pixels("windows"), "png"))
    (tmp_path / "words.jpg").write_bytes(b"no picture")
    return tmp_path


def test_the_command_tells_writes_and_keeps(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("photo.jpg", "reference.png", "out.png", "p.json")
    photo, reference, out, kept = (str(folder / name) for name in names)
    assert cli.main(["match", photo, reference, "-o", out, "--program", kept]) == 0
    told = capsys.readouterr().out.splitlines()
    found = Program.parse(json.loads(Path(kept).read_text()))
    assert [line.split()[1] for line in told if line.startswith("- ")] == [
        step.tool.split("_")[0] for step in found.steps
    ]
    assert sum(line.startswith("    Without it the ") for line in told) == len(found.steps)
    before, after = (float(number) for number in told[-1].split()[-3::2])
    assert told[-1].startswith("mean difference of tones and colours ")
    assert after < before
    again = str(folder / "again.png")
    assert cli.main(["render", photo, kept, "-o", again]) == 0
    with Image.open(out) as one, Image.open(again) as other:
        assert np.array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("photo.jpg", "gone.jpg"), "does not exist"),
        (("photo.jpg", "words.jpg"), "words.jpg"),
        (("photo.jpg", "reference.png", "-o", "out.txt"), "out.txt"),
        (("photo.jpg", "reference.png", "--program", "gone/p.json"), "make it first"),
        (("photo.jpg",), "REFERENCE"),
    ],
)
def test_wrong_use_is_told_in_one_line(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    paths = [word if word.startswith("-") else str(folder / word) for word in arguments]
    try:
        status = cli.main(["match", *paths])
    except SystemExit as stop:
        status = int(stop.code or 0)
    told = capsys.readouterr()
    assert status == 2
    assert told.out == ""
    assert told.err.startswith("iea: ")
    assert told.err.count("\n") == 1
    assert message in told.err
