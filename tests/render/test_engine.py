"""The engine: exact, the same everywhere, and it can be stopped."""

import json

import numpy as np
import pytest

from iea.image import decode
from iea.render import Cancelled, Window, render, render_pixels
from iea.render._passes import Photo, batch, passes_of, run
from tests.images import photo
from tests.programs import everything, program
from tests.render.golden import KEPT, PROGRAMS, digest


def noise(height: int, width: int, kind: type = np.uint8) -> np.ndarray:
    high = np.iinfo(kind).max + 1
    return np.random.default_rng(1).integers(0, high, (height, width, 3)).astype(kind)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_an_empty_program_is_the_original(kind: type) -> None:
    picture = noise(30, 40, kind)
    rendered = render_pixels(program(), picture)
    assert np.array_equal(rendered, picture)
    assert not np.shares_memory(rendered, picture)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (3, 3), (2, 5000), (5000, 2)])
def test_every_tool_at_once_on_pictures_of_odd_sizes(size: tuple[int, int]) -> None:
    picture = noise(*size)
    whole = render_pixels(everything(), picture)
    assert whole.shape == picture.shape
    assert np.array_equal(whole, render_pixels(everything(), picture, threads=2))


def test_a_crop_of_all_tools_has_the_same_pixels_as_the_whole() -> None:
    picture = noise(700, 900)
    whole = render_pixels(everything(), picture)
    for window in (Window(0, 0, 1, 1), Window(100, 50, 631, 411), Window(899, 699, 900, 700)):
        part = render_pixels(everything(), picture, window=window)
        assert np.array_equal(part, whole[window.top : window.bottom, window.left : window.right])


def test_a_sliced_view_renders_as_its_copy_does() -> None:
    picture = noise(40, 60)[::2, ::3]
    steps = program(contrast=30)
    assert np.array_equal(render_pixels(steps, picture), render_pixels(steps, picture.copy()))


def test_sixteen_bits_stay_sixteen() -> None:
    ramp = np.arange(65536, dtype=np.uint16)[np.newaxis, :, np.newaxis].repeat(3, axis=2)
    brighter = render_pixels(program(exposure=0.5), ramp)
    assert brighter.dtype == np.uint16
    assert len(np.unique(brighter)) > 40_000


def test_the_input_is_never_changed() -> None:
    picture = noise(50, 50)
    before = picture.copy()
    render_pixels(everything(), picture)
    assert np.array_equal(picture, before)


def test_progress_ends_at_one_and_only_grows() -> None:
    shares: list[float] = []
    render_pixels(program(exposure=1), noise(3000, 2000), progress=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 2
    assert shares[-1] == 1


def test_a_cancelled_render_stops_early() -> None:
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 1

    with pytest.raises(Cancelled):
        render_pixels(program(exposure=1), noise(4000, 2000), threads=1, cancelled=cancelled)
    assert len(asked) == 2


@pytest.mark.parametrize("amounts", [{"exposure": 0.7}, {"exposure": 0.7, "fade": 30}])
def test_tones_looked_up_on_loading_are_those_of_the_pass(amounts: dict[str, float]) -> None:
    """Every sample of 8 bit: the way through bytes, against planes and the kernel itself."""
    codes = np.arange(256, dtype=np.uint8)
    pixels = np.stack([codes[np.newaxis], codes[::-1][np.newaxis], codes[np.newaxis] // 2], axis=-1)
    planes = np.moveaxis(
        pixels.astype(np.float32) * (np.float32(1) / np.float32(255)), -1, 0
    ).copy()
    run(batch(passes_of(program(**amounts).ordered, Photo(pixels))), planes)
    rounded = np.clip(planes, 0, 1) * np.float32(255) + np.float32(0.5)
    expected = np.moveaxis(rounded, 0, -1).astype(np.uint8)
    assert np.array_equal(render_pixels(program(**amounts), pixels), expected)


def test_metadata_comes_along() -> None:
    picture = decode(photo())
    rendered = render(program(exposure=1), picture)
    assert (rendered.exif, rendered.icc, rendered.format) == (
        picture.exif,
        picture.icc,
        picture.format,
    )


KEPT_DIGESTS = json.loads(KEPT.read_text())


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_pixels_stay_what_they_were(name: str) -> None:
    """If this changes, the toolset needs a new version: old traces must replay."""
    assert digest(name) == KEPT_DIGESTS[name]


def test_no_digest_is_kept_of_what_is_gone() -> None:
    assert KEPT_DIGESTS.keys() == PROGRAMS.keys()
