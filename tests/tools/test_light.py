"""The promises of the tools of light: brightness, tone curve and vignette."""

from typing import Any

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from iea.program import Program
from iea.render import render_pixels
from iea.tools import TOOLS
from iea.tools._tone import table_of_codes
from tests.programs import document

RAMP = np.arange(256, dtype=np.uint8)[np.newaxis, :, np.newaxis].repeat(3, axis=2)


def _render(pixels: np.ndarray, tool: str, **params: Any) -> np.ndarray:
    return render_pixels(Program.parse(document({"tool": tool, "params": params})), pixels)


def _colours(kind: type = np.uint8) -> np.ndarray:
    top = np.iinfo(kind).max
    return np.random.default_rng(4).integers(0, top + 1, (40, 40, 3)).astype(kind)


@pytest.mark.parametrize("amount", [-100, -30, 30, 100])
def test_brightness_moves_the_middle_and_leaves_black_and_white(amount: int) -> None:
    moved = _render(RAMP, "brightness", amount=amount)[0, :, 0].astype(int)
    assert (moved[0], moved[255]) == (0, 255)
    assert np.sign(moved[128] - 128) == np.sign(amount)
    assert abs(moved[128] - 128) > 15
    assert (np.diff(moved) >= 0).all()


def test_brightness_undoes_itself() -> None:
    grey = np.arange(0, 65536, 257, dtype=np.uint16)[np.newaxis, :, np.newaxis].repeat(3, axis=2)
    back = _render(_render(grey, "brightness", amount=70), "brightness", amount=-70)
    assert np.abs(back.astype(int) - grey).max() < 40


POINTS = [(0, 0.1), (0.2, 0.15), (0.5, 0.6), (0.8, 0.85), (1, 0.95)]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_tone_curve_goes_through_its_points(kind: type) -> None:
    top = np.iinfo(kind).max
    greys = np.array([round(x * top) for x, _ in POINTS])
    row = greys[np.newaxis, :, np.newaxis].repeat(3, axis=2).astype(kind)
    moved = _render(row, "tone_curve", points=[list(point) for point in POINTS])[0, :, 1]
    assert moved / top == pytest.approx([y for _, y in POINTS], abs=1.5 / 255)


@pytest.mark.parametrize("many", [2, 3, 5, 16])
def test_between_its_points_a_tone_curve_is_the_known_monotone_cubic(many: int) -> None:
    rng = np.random.default_rng(many)
    x = np.sort(rng.choice(np.arange(1, 100), many, replace=False)) / 100
    y = rng.random(many)
    tone = np.linspace(0, 1, 301)
    scale, offset = TOOLS["tone_curve"].curve(tone, points=tuple(zip(x, y, strict=True)))
    expected = PchipInterpolator(x, y)(np.clip(tone, x[0], x[-1]))
    assert tone * scale + offset == pytest.approx(expected, abs=1e-9)


def test_a_tone_curve_never_swings_past_its_points() -> None:
    steps = ((0.0, 0.0), (0.4, 0.0), (0.41, 1.0), (1.0, 1.0))
    scale, offset = TOOLS["tone_curve"].curve(np.linspace(0, 1, 999), points=steps)
    tone = np.linspace(0, 1, 999) * scale + offset
    assert tone.min() >= -1e-9
    assert tone.max() <= 1 + 1e-9
    assert (np.diff(tone) >= -1e-9).all()


def test_heights_too_small_to_divide_by_are_a_level_curve() -> None:
    tiny = ((0.0, 0.0), (0.3, 5e-324), (0.6, 1e-300), (1.0, 1e-299))
    with np.errstate(all="raise", under="ignore"):
        scale, offset = TOOLS["tone_curve"].curve(np.linspace(0, 1, 99), points=tiny)
    assert np.abs(np.concatenate([scale, offset])).max() < 1e-9


@pytest.mark.parametrize(
    ("points", "neutral"),
    [
        ([[0, 0], [1, 1]], True),
        ([[0, 0], [0.3, 0.3], [1, 1]], True),
        ([[0.1, 0.1], [1, 1]], False),
        ([[0, 0], [0.9, 0.9]], False),
        ([[0, 0], [0.5, 0.6], [1, 1]], False),
    ],
)
def test_a_tone_curve_is_neutral_exactly_if_it_is_the_identity(points: list, neutral: bool) -> None:
    step = Program.parse(document({"tool": "tone_curve", "params": {"points": points}})).steps[0]
    assert TOOLS["tone_curve"].is_neutral(step.params) is neutral
    colours = _colours()
    assert np.array_equal(_render(colours, "tone_curve", points=points), colours) is neutral


def test_identity_points_give_a_curve_that_is_the_identity() -> None:
    curve = TOOLS["tone_curve"].curve
    table = table_of_codes([lambda x: curve(x, points=((0, 0), (0.2, 0.2), (0.7, 0.7), (1, 1)))])
    assert table == pytest.approx(1, abs=1e-12)


def test_a_falling_tone_curve_is_a_negative() -> None:
    colours = _colours()
    assert (
        np.abs(_render(colours, "tone_curve", points=[[0, 1], [1, 0]]) + 0.0 + colours - 255).max()
        <= 1
    )


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_tone_curve_agrees_with_its_reference(kind: type) -> None:
    top, colours = np.iinfo(kind).max, _colours(kind)
    moved = _render(colours, "tone_curve", points=[list(point) for point in POINTS]) / top
    expected = TOOLS["tone_curve"].reference(colours / top, points=tuple(POINTS))
    assert np.abs(moved - expected).max() <= 0.5 / 255 + 0.5 / top


def _corners(**params: float) -> np.ndarray:
    grey = np.full((101, 151, 3), 180, np.uint8)
    return _render(grey, "vignette", amount=60, **params)[..., 0].astype(int)


def test_a_vignette_as_it_is_by_default_follows_the_frame() -> None:
    dark = _corners()
    # Halfway to the corners in q: at the middles of all four sides alike.
    sides = [dark[0, 75], dark[100, 75], dark[50, 0], dark[50, 150]]
    assert max(sides) - min(sides) <= 1
    assert sides[0] == pytest.approx(180 * (1 - 0.48 / 2), abs=2)


def test_a_low_midpoint_reaches_further_in_and_leaves_the_very_middle() -> None:
    near, far = _corners(midpoint=10), _corners(midpoint=90)
    assert (near <= far).all()
    assert near[20, 75] < far[20, 75] - 10
    assert near[50, 75] == far[50, 75] == 180


def test_a_small_feather_makes_a_hard_edge() -> None:
    def steepest(feather: int) -> float:
        grey = np.full((1, 301, 3), 0.7)
        shape = {"amount": 60, "midpoint": 30, "roundness": 0, "feather": feather}
        return float(np.abs(np.diff(TOOLS["vignette"].reference(grey, **shape)[0, :, 0])).max())

    assert steepest(0) > 2 * steepest(50) > 2.2 * steepest(100)


def test_a_round_vignette_is_a_circle_and_the_other_way_a_frame() -> None:
    circle, frame = _corners(roundness=100), _corners(roundness=-100)
    assert circle[50, 75 + 45] == pytest.approx(circle[50 - 45, 75], abs=1)
    assert frame[0, 75] == pytest.approx(frame[0, 0], abs=1)
    assert frame[50, 0] == pytest.approx(frame[0, 0], abs=1)


def test_every_way_to_shape_a_vignette_agrees_with_the_reference() -> None:
    rng = np.random.default_rng(6)
    pixels = rng.integers(0, 65536, (37, 53, 3)).astype(np.uint16)
    for _ in range(20):
        params = dict(
            zip(("midpoint", "feather"), rng.integers(0, 101, 2).tolist(), strict=True),
            amount=int(rng.integers(-100, 101)),
            roundness=int(rng.integers(-100, 101)),
        )
        expected = TOOLS["vignette"].reference(pixels / 65535, **params)
        moved = _render(pixels, "vignette", **params) / 65535
        assert np.abs(moved - np.clip(expected, 0, 1)).max() < 1e-4
