"""What makes the detail tools good: the promises of their own files."""

import itertools

import cv2
import numpy as np
import pytest
from sklearn.datasets import load_sample_image

from iea.program import Program, Step
from iea.render import render_pixels
from iea.render._passes import Photo, batch, passes_of, run
from iea.tools import TOOLS
from iea.tools._gaussian import taps
from iea.tools._pixel import reference_luma
from tests.programs import document


def _rendered(pixels: np.ndarray, tool: str, **params: float) -> np.ndarray:
    return render_pixels(Program.parse(document({"tool": tool, "params": params})), pixels)


def _photo(name: str = "china.jpg") -> np.ndarray:
    return np.ascontiguousarray(load_sample_image(name)[:360, :540])


def _noisy(clean: np.ndarray, sigma: float) -> np.ndarray:
    noise = np.random.default_rng(4).normal(0, sigma, clean.shape)
    return np.clip(clean + noise + 0.5, 0, 255).astype(np.uint8)


def _psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(-10 * np.log10(np.mean(((a.astype(float) - b) / 255) ** 2)))


def _edge(dark: int = 60, light: int = 190) -> np.ndarray:
    edge = np.full((120, 240, 3), dark, np.uint8)
    edge[:, 120:] = light
    return edge


def _wave(period: float, amplitude: float = 6) -> np.ndarray:
    wave = 128 + amplitude * np.sin(2 * np.pi * np.arange(256) / period)
    return (np.tile(wave, (64, 1)) * 257).astype(np.uint16)[..., np.newaxis].repeat(3, axis=2)


@pytest.mark.parametrize(
    ("tool", "params"),
    [
        ("clarity", {"amount": 70}),
        ("dehaze", {"amount": 60}),
        ("dehaze", {"amount": -60}),
        ("glow", {"amount": 80}),
        ("blur", {"amount": 40}),
        ("blur", {"amount": 55}),
        ("blur", {"amount": 90}),
        ("denoise", {"luminance": 40, "colour": 60}),
        ("grain", {"amount": 50, "seed": 9}),
    ],
)
def test_maps_that_are_enlarged_agree_with_the_reference(
    tool: str, params: dict[str, float]
) -> None:
    scene = np.random.default_rng(7).integers(0, 65536, (170, 1650, 3)).astype(np.uint16)
    scene[:, 300:500] = np.linspace(0, 65535, 200).astype(np.uint16)[:, np.newaxis]
    expected = TOOLS[tool].reference(scene / 65535, **TOOLS[tool].defaults() | params)
    rendered = _rendered(scene, tool, **params) / 65535
    assert np.abs(rendered - np.clip(expected, 0, 1)).max() <= 0.5 / 255


def test_clarity_raises_local_contrast_and_lowers_it() -> None:
    photo = _photo("flower.jpg")
    plain, clear, soft = (_rendered(photo, "clarity", amount=a) for a in (0, 70, -70))

    def local(pixels: np.ndarray) -> float:
        grey = reference_luma(pixels / 255)[:360, :540, 0]
        return float(grey.reshape(36, 10, 54, 10).std(axis=(1, 3)).mean())

    assert local(clear) > 1.1 * local(plain)
    assert local(soft) < 0.91 * local(plain)


def test_clarity_keeps_ratios_of_channels_black_and_white() -> None:
    rng = np.random.default_rng(1)
    scene = rng.integers(8000, 50000, (90, 120, 3)).astype(np.uint16)
    scene[:10], scene[10:20] = 0, 65535
    clear = _rendered(scene, "clarity", amount=100)
    assert (clear[:10] == 0).all()
    assert (clear[10:20] == 65535).all()
    before, after = scene[20:].astype(float), clear[20:].astype(float)
    assert np.abs(after[..., 0] / after[..., 1] - before[..., 0] / before[..., 1]).max() < 1e-3


@pytest.mark.parametrize("tool", ["clarity", "texture"])
@pytest.mark.parametrize("amount", [-100, 100])
def test_no_edge_grows_a_halo(tool: str, amount: float) -> None:
    moved = _rendered(_edge(), tool, amount=amount).astype(int) - _edge()
    assert np.abs(moved).max() <= 10


def test_texture_takes_the_band_between_grain_and_shapes() -> None:
    def gain(period: float) -> float:
        return float(_rendered(_wave(period), "texture", amount=100).std() / _wave(period).std())

    assert gain(8) > 1.5
    assert gain(8) > gain(2.2) > 0.99
    assert gain(8) > gain(60) > 0.99


def test_texture_below_zero_smooths_surfaces_and_keeps_edges() -> None:
    edge = np.random.default_rng(4).normal(0, 9, (121, 241))
    edge = (edge[1:, 1:] + edge[1:, :-1] + edge[:-1, 1:] + edge[:-1, :-1]) / 2
    rough = np.clip(_edge() + edge[..., np.newaxis], 0, 255).astype(np.uint8)
    smooth = _rendered(rough, "texture", amount=-100).astype(float)
    assert smooth[:, :100].std() < 0.9 * rough[:, :100].std()
    steepness = np.abs(np.diff(smooth.mean(axis=(0, 2)))).max()
    assert steepness > 0.9 * np.abs(np.diff(rough.mean(axis=(0, 2)))).max()


@pytest.mark.parametrize(("name", "better"), [("china.jpg", 3.6), ("flower.jpg", 6.8)])
def test_denoise_brings_a_noisy_photo_closer_to_the_clean_one(name: str, better: float) -> None:
    clean = _photo(name)
    noisy = _noisy(clean, 12)
    grey = _rendered(noisy, "denoise", luminance=47)
    both = _rendered(noisy, "denoise", luminance=47, colour=47)
    lumas = [255 * reference_luma(pixels / 255) for pixels in (grey, noisy, clean)]
    assert _psnr(lumas[0], lumas[2]) > _psnr(lumas[1], lumas[2]) + better
    assert _psnr(both, clean) > _psnr(noisy, clean) + better


def test_denoise_takes_coarse_noise_of_colours() -> None:
    blotches = cv2.GaussianBlur(np.random.default_rng(6).normal(0, 1, (360, 540, 3)), (0, 0), 1.2)
    blotches -= reference_luma(blotches)
    clean = _photo("flower.jpg")
    noisy = np.clip(clean + 12 / blotches.std() * blotches + 0.5, 0, 255).astype(np.uint8)
    calm = _rendered(noisy, "denoise", colour=75)
    assert _psnr(calm, clean) > _psnr(noisy, clean) + 4


@pytest.mark.parametrize("width", [225, 412, 700])
def test_denoise_is_the_same_in_a_block_of_any_width(width: int) -> None:
    scene = np.random.default_rng(8).integers(0, 65536, (37, width, 3)).astype(np.uint16)
    params = {"luminance": 60.0, "colour": 60.0}
    planes = np.ascontiguousarray(np.moveaxis(scene / 65535, -1, 0).astype(np.float32))
    run(batch(passes_of([Step("denoise", params)], Photo(scene))), planes)
    expected = TOOLS["denoise"].reference(scene / 65535, **params)
    assert np.abs(np.moveaxis(planes, 0, -1) - expected).max() < 1e-4


def test_denoise_keeps_edges_and_runs_no_colour_across_them() -> None:
    edge = _edge()
    edge[:, 120:] = 200, 60, 40
    assert np.abs(_rendered(edge, "denoise", luminance=20, colour=60).astype(int) - edge).max() <= 1


def test_denoise_of_colours_leaves_the_luma() -> None:
    noisy = (_noisy(_photo(), 15)).astype(np.uint16) * 257
    calm = _rendered(noisy, "denoise", colour=50)
    inside = ((calm > 0) & (calm < 65535)).all(axis=-1)
    moved = reference_luma(calm / 65535) - reference_luma(noisy / 65535)
    assert np.abs(moved[inside]).max() < 1e-4
    assert not np.array_equal(calm, noisy)


@pytest.mark.parametrize("name", ["luminance", "colour"])
def test_denoise_does_more_the_higher_it_stands(name: str) -> None:
    flat = _noisy(np.full((80, 80, 3), 120, np.uint8), 8).astype(np.uint16) * 257

    def left(value: float) -> float:
        calm = _rendered(flat, "denoise", **{name: value}) / 65535
        grey = reference_luma(calm)
        return float(grey.std() if name == "luminance" else (calm - grey).std())

    kept = [left(value) for value in range(0, 101, 10)]
    assert all(b <= a for a, b in itertools.pairwise(kept))
    assert kept[-1] < 0.4 * kept[0]


def _hazy(clean: np.ndarray) -> np.ndarray:
    """Lay haze over the photo, thicker toward the top, and its light as a strip of sky."""
    air = np.array([205, 212, 220])
    seen = np.linspace(0.4, 0.9, len(clean))[:, np.newaxis, np.newaxis]
    hazy = air + (clean - air) * seen
    hazy[:40] = air
    return (hazy + 0.5).astype(np.uint8)


def test_dehaze_sees_through_haze_and_leaves_the_sky() -> None:
    clean = _photo("flower.jpg")
    hazy = _hazy(clean)
    clear = _rendered(hazy, "dehaze", amount=80)
    assert _psnr(clear[60:], clean[60:]) > _psnr(hazy[60:], clean[60:]) + 3
    assert np.abs(clear[:30].astype(int) - hazy[:30]).max() <= 2


def test_dehaze_leaves_a_clear_night_sky() -> None:
    height = np.linspace(0, 1, 300)[:, np.newaxis, np.newaxis]
    night = np.full((300, 400, 3), (22.0, 35.0, 60.0)) + height * (20.0, 22.0, 25.0)
    night[200:290, 180:200] = 110, 105, 100
    clear = _rendered(_noisy(night, 2), "dehaze", amount=100)
    assert (
        np.abs(clear[:150].astype(float).mean(axis=(0, 1)) - night[:150].mean(axis=(0, 1))).max()
        < 6
    )


def test_dehaze_below_zero_adds_haze() -> None:
    photo = _photo()
    hazier = _rendered(photo, "dehaze", amount=-60)
    assert hazier.std() < 0.9 * photo.std()


def test_taps_have_the_variance_that_is_asked_for() -> None:
    for sigma in (0.01, 0.3, 1.0, 2.5, 4.0):
        weights, distance = taps(sigma, 12), np.arange(13)
        assert weights[0] + 2 * weights[1:].sum() == pytest.approx(1)
        assert 2 * (weights * distance**2).sum() == pytest.approx(sigma**2, rel=1e-3)


def _blurred(pixels: np.ndarray, sigma: float) -> np.ndarray:
    return _rendered(pixels, "blur", amount=100 * np.sqrt(sigma / (0.02 * max(pixels.shape))))


def _large(name: str) -> np.ndarray:
    """Return a photo beside and below itself, as large as blurs by copies are seen in; 16 bit."""
    return np.tile(_photo(name)[:331, :487].astype(np.uint16) * 257, (2, 3, 1))


SWITCHES = (2.4, 4.8, 24.0, 28.8)
"""The sigmas where blur goes from pixels to halves, to theirs, to a copy, and to a smaller one."""


@pytest.mark.parametrize("name", ["china.jpg", "flower.jpg"])
@pytest.mark.parametrize("sigma", [1.0, *(s * f for s in SWITCHES for f in (0.999, 1.001))])
def test_blur_is_a_gaussian_whichever_way_it_goes(name: str, sigma: float) -> None:
    photo = _large(name)
    exact = cv2.GaussianBlur(photo / 257, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    assert np.abs(_blurred(photo, sigma) / 257 - exact).max() < 1


@pytest.mark.parametrize("sigma", [0.3, 1, 2, 3, 6, 12, 20])
def test_blur_has_its_sigma(sigma: float) -> None:
    line = np.zeros((16, 1001, 3), np.uint16)
    line[:, 500:] = 65535
    spread = np.diff(_blurred(line, sigma)[8, :, 0].astype(float)) / 65535
    at = np.arange(1000) + 0.5 - 499.5
    assert spread.sum() == pytest.approx(1, abs=1e-3)
    assert np.sqrt((spread * at**2).sum()) == pytest.approx(sigma, rel=0.01)


@pytest.mark.parametrize("sigma", SWITCHES)
def test_blur_does_not_jump_where_it_goes_another_way(sigma: float) -> None:
    photo = _large("flower.jpg")
    before, after = (_blurred(photo, sigma * f).astype(int) for f in (1 - 1e-6, 1 + 1e-6))
    assert 0 < np.abs(before - after).max() < 257


@pytest.mark.parametrize("shape", [(1, 1503), (1503, 2), (3, 1503), (7, 1701)])
@pytest.mark.parametrize("sigma", [2.0, 4.0, 20.0, 29.9])
def test_blur_mirrors_what_is_thinner_than_itself(shape: tuple[int, int], sigma: float) -> None:
    pixels = np.random.default_rng(3).integers(0, 65536, (*shape, 3)).astype(np.uint16)
    wide = np.pad(pixels, [(300, 300), (300, 300), (0, 0)], "symmetric") / 257
    exact = cv2.GaussianBlur(wide, (0, 0), sigma)[300:-300, 300:-300]
    assert np.abs(_blurred(pixels, sigma) / 257 - exact).max() < 1


def test_blur_looks_alike_at_every_size() -> None:
    large = _photo()
    small = large.reshape(180, 2, 270, 2, 3).mean(axis=(1, 3)).round().astype(np.uint8)
    for amount in (50, 75, 100):
        blurred = _rendered(large, "blur", amount=amount).reshape(180, 2, 270, 2, 3)
        moved = blurred.mean(axis=(1, 3)) - _rendered(small, "blur", amount=amount)
        assert np.abs(moved).mean() < 0.6


def test_glow_falls_around_lights_and_neither_clips_nor_fogs() -> None:
    night = np.full((200, 300, 3), 40, np.uint8)
    night[80:120, 130:170] = 250
    night[:20] = 0
    glowing = _rendered(night, "glow", amount=100).astype(int)
    assert glowing[100, 125, 0] > 55
    assert (glowing[80:120, 130:170] < 255).all()
    assert glowing[:15].max() <= 3
    assert glowing[190, 10, 0] == 40


def test_grain_of_a_large_picture_lies_on_the_cells_of_the_reference() -> None:
    grey = np.full((30, 5000, 3), 30000, np.uint16)
    expected = TOOLS["grain"].reference(grey / 65535, amount=80, seed=77)
    assert np.abs(_rendered(grey, "grain", amount=80, seed=77) / 65535 - expected).max() < 2e-5
