"""What makes single tools good: the promises of their own files."""

import numpy as np
import pytest

from iea.measure.lab import lab
from iea.render import render_pixels
from iea.tools import TOOLS
from tests.programs import document, program


def _colours() -> np.ndarray:
    """Return colours that stay clear of clipping, 8 bit."""
    rng = np.random.default_rng(11)
    return rng.integers(30, 150, (64, 64, 3)).astype(np.uint8)


def _hue_change(before: np.ndarray, after: np.ndarray) -> float:
    """Return the mean change of CIELAB hue in degrees over pixels that have a colour."""
    _, a0, b0 = lab(before)
    _, a1, b1 = lab(after)
    turned = np.degrees(np.angle(np.exp(1j * (np.arctan2(b1, a1) - np.arctan2(b0, a0)))))
    coloured = (np.hypot(a0, b0) > 10) & (np.hypot(a1, b1) > 10)
    return float(np.abs(turned[coloured]).mean())


@pytest.mark.parametrize("ev", [-1, 1])
def test_exposure_keeps_the_hue(ev: float) -> None:
    colours = _colours()
    assert _hue_change(colours, render_pixels(program(exposure=ev), colours)) < 2


def test_one_stop_doubles_the_light_of_middle_grey() -> None:
    grey = np.full((4, 4, 3), 100, np.uint8)
    brighter = render_pixels(program(exposure=1), grey)[0, 0, 0]

    def linear(code: float) -> float:
        return ((code / 255 + 0.055) / 1.055) ** 2.4

    assert linear(brighter) / linear(100) == pytest.approx(2, rel=0.03)


def test_highlights_roll_off_and_white_stays_white() -> None:
    ramp = np.arange(256, dtype=np.uint8)[np.newaxis, :, np.newaxis].repeat(3, axis=2)
    brighter = render_pixels(program(exposure=2), ramp)[0, :, 0]
    assert brighter[255] == 255
    assert (brighter < 255).sum() > 245
    assert (np.diff(brighter.astype(int)) >= 0).all()


def test_contrast_undoes_itself() -> None:
    grey = np.arange(0, 65536, 257, dtype=np.uint16)[np.newaxis, :, np.newaxis].repeat(3, axis=2)
    there = render_pixels(program(contrast=60), grey)
    back = render_pixels(program(contrast=-60), there)
    assert np.abs(back.astype(int) - grey).max() < 40


def test_warmth_and_tint_keep_the_luma() -> None:
    colours = _colours() / 255.0
    for name in ("temperature", "tint"):
        moved = TOOLS[name].reference(colours, amount=70)
        weights = np.array([0.2126, 0.7152, 0.0722])
        assert np.abs(moved @ weights - colours @ weights).max() < 1e-4


def test_saturation_at_its_least_is_grey() -> None:
    pale = render_pixels(program(saturation=-100), _colours()).astype(int)
    assert (pale.max(axis=-1) - pale.min(axis=-1)).max() == 0


def test_saturation_never_leaves_what_can_be_shown() -> None:
    rng = np.random.default_rng(2)
    strong = TOOLS["saturation"].reference(rng.random((50, 50, 3)), amount=100)
    assert strong.min() >= -1e-6
    assert strong.max() <= 1 + 1e-6


def test_vibrance_leaves_skin_more_in_peace_than_sky() -> None:
    skin, sky = np.array([[[0.8, 0.62, 0.5]]]), np.array([[[0.5, 0.62, 0.8]]])
    tool = TOOLS["vibrance"]

    def gain(colour: np.ndarray) -> float:
        return float(np.ptp(tool.reference(colour, amount=100)) / np.ptp(colour))

    assert gain(sky) - 1 > 2 * (gain(skin) - 1)


def test_grain_is_the_same_for_a_seed_and_another_for_another() -> None:
    grey = np.full((64, 64, 3), 128, np.uint8)

    def grain(seed: int) -> np.ndarray:
        from iea.program import Program

        step = {"tool": "grain", "params": {"amount": 50, "seed": seed}}
        return render_pixels(Program.parse(document(step)), grey)

    assert np.array_equal(grain(1), grain(1))
    for seed in (0, 2, 2**31, 2**32 - 1):
        assert not np.array_equal(grain(1), grain(seed))
    assert abs(grain(1).mean() - 128) < 1


def test_vignette_darkens_corners_and_leaves_the_middle() -> None:
    grey = np.full((101, 151, 3), 180, np.uint8)
    dark, light = (render_pixels(program(vignette=v), grey) for v in (60, -60))
    assert dark[0, 0, 0] < 110
    assert light[0, 0, 0] > 195
    assert dark[50, 75, 0] == light[50, 75, 0] == 180


def test_sharpen_makes_edges_steeper_without_colour_fringes() -> None:
    edge = np.full((40, 40, 3), 80, np.uint8)
    edge[:, 20:] = 160
    sharp = render_pixels(program(sharpen=60), edge).astype(int)
    assert sharp[20, 19, 0] < 80
    assert sharp[20, 20, 0] > 160
    assert (sharp[..., 0] == sharp[..., 2]).all()
