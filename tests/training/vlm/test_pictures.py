"""What a model sees: the sizes, the order and the values of patches, worked out by hand."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from iea.blobs import Blobs
from iea.errors import NotFoundError
from iea.render import render_pixels
from tests.training.vlm.examples import numbers, photo
from training.records import Record
from training.vlm.pictures import MAX_PIXELS, Pictures, processor, side_by_side


@pytest.fixture(scope="module")
def read(base: Path) -> Any:
    return processor(base).image_processor


def patches(read: Any, picture: Image.Image) -> tuple[np.ndarray, list[int]]:
    made = read(picture, return_tensors="np")
    return made["pixel_values"], made["image_grid_thw"][0].tolist()


def test_values_are_normalised_channel_by_channel(read: Any) -> None:
    values, grid = patches(read, Image.new("RGB", (56, 56), (255, 0, 51)))
    assert grid == [1, 4, 4]
    # Channels lie one after the other, each twice (two moments of 14 x 14).
    red, green, blue = (values[:, i * 392 : (i + 1) * 392] for i in range(3))
    assert values.shape == (16, 1176)
    np.testing.assert_allclose(red, (1 - 0.48145466) / 0.26862954, atol=1e-5)  # 1.93034
    np.testing.assert_allclose(green, (0 - 0.4578275) / 0.26130258, atol=1e-5)  # -1.75210
    np.testing.assert_allclose(blue, (0.2 - 0.40821073) / 0.27577711, atol=1e-5)  # -0.75500


def test_patches_come_in_squares_of_four(read: Any) -> None:
    greys = np.arange(16, dtype=np.uint8).reshape(4, 4).repeat(14, 0).repeat(14, 1) * 16
    values, _ = patches(read, Image.fromarray(greys).convert("RGB"))
    order = (values[:, 0] * 0.26862954 + 0.48145466) * 255 / 16
    expected = [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]
    np.testing.assert_allclose(order, expected, atol=1e-4)


@pytest.mark.parametrize(
    ("size", "grid"),
    [
        ((56, 56), [4, 4]),
        # To the nearest multiple of 28: 64 to 56, 96 to 84.
        ((96, 64), [4, 6]),
        # 524,288 pixels: by the root of 2 to 724 x 362, then down to multiples: 700 x 336.
        ((1024, 512), [24, 50]),
        # 800 pixels: by the root of 3,136 / 800 to 79.2 x 39.6, then up: 84 x 56.
        ((40, 20), [4, 6]),
    ],
)
def test_sizes_are_multiples_within_the_limits(
    read: Any, size: tuple[int, int], grid: list[int]
) -> None:
    _, found = patches(read, Image.new("RGB", size))
    assert found == [1, *grid]


def test_a_placeholder_becomes_a_token_for_every_four_patches(base: Path) -> None:
    made = processor(base)
    text = "<|vision_start|><|image_pad|><|vision_end|> and <|image_pad|>"
    asked = made(images=[[Image.new("RGB", (96, 64)), Image.new("RGB", (56, 56))]], text=[text])
    ids = np.array(asked["input_ids"][0])
    assert (ids == made.image_token_id).sum() == 4 * 6 // 4 + 4 * 4 // 4
    assert (np.array(asked["mm_token_type_ids"][0]) == (ids == made.image_token_id)).all()


def put(blobs: Blobs, width: int, height: int) -> str:
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 100, 50)).save(file, "png")
    return blobs.put(file.getvalue())


def test_copies_have_no_more_pixels_than_the_cap(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    small = Pictures(blobs).photo(Record("edit", put(blobs, 1200, 900), "x"))
    # By the root of 262,144 / 1,080,000: 591.2 x 443.4.
    assert small.shape == (443, 591, 3)
    assert small.shape[0] * small.shape[1] <= MAX_PIXELS
    same = Pictures(blobs).photo(Record("edit", put(blobs, 90, 60), "x"))
    assert same.shape == (60, 90, 3)


def test_each_task_has_its_pictures(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    pictures, name = Pictures(blobs), blobs.put(photo(1))
    less, more = numbers(exposure=-40), numbers(exposure=40)
    record = Record("refine", name, "x", more, start=less)
    plain = pictures.photo(record)
    shown = [np.asarray(picture) for picture in pictures.shown(record)]
    assert [picture.shape for picture in shown] == [(64, 96, 3)] * 2
    np.testing.assert_array_equal(shown[0], plain)
    np.testing.assert_array_equal(shown[1], render_pixels(less, plain))
    np.testing.assert_array_equal(pictures.after(record), render_pixels(more, plain))
    (both,) = map(np.asarray, pictures.shown(Record("summary", name, "x", more)))
    np.testing.assert_array_equal(both[:, :96], plain)
    np.testing.assert_array_equal(both[:, 96:], render_pixels(more, plain))
    reference = Record("edit", name, "x", more, after=put(blobs, 96, 64))
    assert (pictures.after(reference) == (200, 100, 50)).all()


def test_pictures_of_two_heights_stand_side_by_side() -> None:
    before, after = np.zeros((60, 90, 3), np.uint8), np.full((30, 30, 3), 255, np.uint8)
    both = np.asarray(side_by_side(before, after))
    assert both.shape == (60, 90 + 60, 3)
    assert (both[:, 90:] == 255).all()


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    pictures = Pictures(blobs)
    good, cut = blobs.put(photo(1)), blobs.put(photo(1)[:300])
    assert pictures.fault(good) == ""
    assert "damaged or cut short" in pictures.fault(cut)
    assert "no file" in pictures.fault("0" * 64)
    with pytest.raises(NotFoundError):
        pictures.photo(Record("edit", "0" * 64, "x"))
