"""MIT-Adobe FiveK: a pair for each photo and expert."""

from pathlib import Path

import numpy as np
import pytest

from iea.errors import NotFoundError
from tests.images import dng
from tests.training.importers.made import brighter, cut_short, kept, photo, put
from training.importers import fivek
from training.records import NOTHING, Skipped


def copy(folder: Path, *experts: str) -> Path:
    """Make a copy with two originals as a camera's raw files, and renditions as TIFFs."""
    for name in ("temple", "coffee"):
        even = photo(name, 128).crop((0, 0, 96, 64))
        linear = (np.asarray(even) / 255) ** 2.2
        put(folder / f"raw_photos/HQa1to700/photos/a-{name}.dng", dng(linear))
        for letter in experts:
            put(folder / letter / f"a-{name}.tif", brighter(even), "tiff")
    return folder


def test_each_expert_gives_a_pair_without_words(tmp_path: Path) -> None:
    skipped = Skipped()
    found, left = kept(fivek.read(copy(tmp_path, "a", "tiff16_c"), skipped), tmp_path)
    assert [record.source for record in found] == ["fivek/a", "fivek/c"] * 2
    assert len({record.photo for record in found}) == 2
    assert {(r.words, r.program) for r in found} == {("", NOTHING)}
    assert not skipped.counts + left.counts


def test_what_has_no_counterpart_is_counted(tmp_path: Path) -> None:
    skipped = Skipped()
    copy(tmp_path, *"abcde")
    (tmp_path / "b/a-temple.tif").unlink()
    put(tmp_path / "c/a-cat.tif", photo("cat"), "tiff")
    put(tmp_path / "d/a-coffee.tif", cut_short(photo("coffee")))
    put(tmp_path / "e/a-coffee.tif", photo("dahlia", 96), "tiff")
    found, left = kept(fivek.read(tmp_path, skipped), tmp_path)
    assert len(found) == 10 - 3
    assert skipped.counts == {
        "an original is without the rendition of an expert": 1,
        "a rendition is without its original": 1,
    }
    assert left.counts == {
        "a picture cannot be read": 1,
        "the after is no edit of the before": 1,
    }


@pytest.mark.parametrize("folders", [(), ("originals",), ("a",)])
def test_a_folder_without_both_is_refused(folders: tuple[str, ...], tmp_path: Path) -> None:
    for name in folders:
        put(tmp_path / name / "one.jpg", photo())
    with pytest.raises(NotFoundError, match="originals"):
        fivek.read(tmp_path, Skipped())
