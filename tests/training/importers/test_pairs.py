"""Pairs become records with copies of their pictures; what does not fit is left out and counted."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from iea.blobs import Blobs
from iea.image import decode
from tests.images import camera_exif, display_p3, save
from tests.training.importers.made import brighter, cut_short, kept, photo
from training.importers import Pair, to_records
from training.importers.pairs import SIDE, records
from training.records import Dataset, Record, Skipped, side


def pair(before: bytes, after: bytes | None, *words: str) -> Pair:
    return Pair("p", before, after, records(words))


def test_pictures_are_kept_as_small_plain_copies(tmp_path: Path) -> None:
    large = photo().resize((1500, 1000))
    before = save(large, exif=b"Exif\0\0" + camera_exif(orientation=6))
    (record,), _ = kept([pair(before, save(brighter(large).rotate(-90, expand=True)))], tmp_path)
    blobs = Blobs(tmp_path / "blobs")
    picture, reference = (decode(blobs.get(digest)) for digest in (record.photo, record.after))
    assert (picture.width, picture.height) == (round(SIDE * 2 / 3), SIDE)
    assert picture.pixels.shape == reference.pixels.shape
    assert picture.exif is None
    assert np.asarray(picture.pixels).mean() < np.asarray(reference.pixels).mean()


def test_colours_are_kept_as_srgb(tmp_path: Path) -> None:
    plain, wide = save(photo(), quality=100), save(photo(), quality=100, icc_profile=display_p3())
    (one, other), _ = kept([pair(plain, None), pair(wide, None)], tmp_path)
    blobs = Blobs(tmp_path / "blobs")
    pixels = [decode(blobs.get(r.photo)).pixels.astype(float) for r in (one, other)]
    chroma = [np.ptp(p, axis=-1).mean() for p in pixels]
    assert chroma[1] > 1.05 * chroma[0]


def test_the_same_request_comes_once_and_the_others_each() -> None:
    found = records(["Make it  pop", "make it pop ", "", "warmer"], source="s")
    assert [(r.words, r.source) for r in found] == [("Make it pop", "s"), ("warmer", "s")]


@pytest.mark.parametrize("number", range(12))
def test_without_words_the_photo_says_on_which_side_it_belongs(number: int, tmp_path: Path) -> None:
    picture = photo().crop((number, 0, 100 + number, 90))
    (record,), _ = kept([pair(save(picture), None)], tmp_path)
    assert record.template == record.photo
    assert side(record) in ("train", "test")


@pytest.mark.parametrize(
    "after",
    [
        lambda image: image,
        lambda image: image.convert("L").convert("RGB"),
        lambda image: image.resize((image.width // 2, image.height // 2)),
        lambda image: image.crop((20, 10, 140, 100)),
        lambda image: image.rotate(90, expand=True),
    ],
    ids=["same", "grey", "smaller", "cropped", "turned"],
)
def test_an_edit_belongs_to_its_photo(after: object, tmp_path: Path) -> None:
    image = photo()
    edited = save(brighter(after(image)))  # type: ignore[operator]
    found, skipped = kept([pair(save(image), edited, "brighter")], tmp_path)
    assert [r.words for r in found] == ["brighter"]
    assert not skipped.counts


def test_another_photo_does_not(tmp_path: Path) -> None:
    found, skipped = kept([pair(save(photo()), save(photo("dahlia")))], tmp_path)
    assert found == []
    assert skipped.counts == {"the after is no edit of the before": 1}


def test_a_corrupt_picture_among_good_ones_is_counted(tmp_path: Path) -> None:
    good, bad = save(photo()), cut_short(photo())
    given = [pair(good, None), pair(bad, None), pair(good, bad), pair(b"no picture", None)]
    found, skipped = kept(given, tmp_path)
    assert len(found) == 1
    assert skipped.counts == {"a picture cannot be read": 3}
    assert "cut short" in skipped.examples["a picture cannot be read"]


def test_a_profile_that_is_none_is_counted(tmp_path: Path) -> None:
    broken = b"\0" * 12 + b"mntrRGB XYZ " + b"\0" * 200
    found, skipped = kept([pair(save(photo(), icc_profile=broken), None)], tmp_path)
    assert found == []
    assert "colour profile" in skipped.examples["a picture cannot be read"]


def test_one_pair_at_a_time_is_held(tmp_path: Path) -> None:
    asked = 0

    def pairs() -> object:
        nonlocal asked
        for number in range(1000):
            asked += 1
            yield pair(save(Image.new("RGB", (8 + number, 8))), None)

    first = next(to_records(pairs(), Blobs(tmp_path), Skipped()))  # type: ignore[arg-type]
    assert isinstance(first, Record)
    assert asked == 1


def test_they_make_a_data_set(tmp_path: Path) -> None:
    skipped = Skipped()
    blobs = Blobs(tmp_path / "blobs")
    made = to_records([pair(save(photo()), save(brighter(photo())), "brighter")], blobs, skipped)
    data = Dataset.write(tmp_path, made, skipped, made_from="a test")
    (record,) = data
    assert decode(data.blobs.get(record.after)).width == 160
