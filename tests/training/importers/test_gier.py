"""GIER: every request of a pair, from the layout that was published."""

from pathlib import Path
from typing import Any

import pytest

from iea.errors import InvalidError, NotFoundError
from tests.training.importers.made import brighter, cut_short, kept, photo, put, put_json
from training.importers import gier
from training.records import NOTHING, Skipped


def entry(before: str, after: str, **other: Any) -> dict[str, Any]:
    """Make an entry as the data set has them."""
    return {
        "input": before,
        "output": after,
        "request": "Can anyone make my hotel look less gloomy?",
        "dataset": "zhopped",
        "operator": {"brightness": {"local": False, "ids": []}},
        "expert_summary": ["Raise the brightness", "brighten the photo"],
        "amateur_summary": ["brighten the photo", "make it  brighter"],
        **other,
    }


def copy(folder: Path, entries: Any) -> Path:
    """Make a copy of the data set with two good pairs' pictures and two bad pictures."""
    for name in ("temple", "coffee"):
        put(folder / "images" / f"{name}_{name}.jpg", photo(name))
        put(folder / "images" / f"{name}_edit.jpg", brighter(photo(name)))
    put(folder / "images/bad_bad.jpg", cut_short(photo()))
    put(folder / "images/empty_empty.jpg", b"")
    put_json(folder / "GIER.json", entries)
    return folder


def test_each_request_of_a_pair_is_a_record(tmp_path: Path) -> None:
    skipped = Skipped()
    entries = [
        entry("temple_temple.jpg", "temple_edit.jpg"),
        entry("coffee_coffee.jpg", "coffee_edit.jpg", expert_summary=[], amateur_summary=[]),
        entry("coffee_coffee.jpg", "coffee_edit.jpg")
        | {"expert_summary": None, "request": ""}
        | {"amateur_summary": []},
    ]
    found, left = kept(gier.read(copy(tmp_path, entries), skipped), tmp_path)
    assert [record.words for record in found] == [
        "Raise the brightness",
        "brighten the photo",
        "make it brighter",
        "Can anyone make my hotel look less gloomy?",
        "",
    ]
    assert len({record.photo for record in found}) == 2
    assert all(record.after for record in found)
    assert {(r.task, r.source, r.program) for r in found} == {("edit", "gier", NOTHING)}
    assert not skipped.counts + left.counts


def test_what_cannot_be_used_is_counted_by_reason(tmp_path: Path) -> None:
    skipped = Skipped()
    entries = [
        entry("temple_temple.jpg", "temple_edit.jpg"),
        entry("bad_bad.jpg", "temple_edit.jpg"),
        entry("empty_empty.jpg", "temple_edit.jpg"),
        entry("temple_temple.jpg", "gone.jpg"),
        entry("temple_temple.jpg", "../../../../../../etc/passwd"),
        entry("temple_temple.jpg", "coffee_edit.jpg"),
        {"input": "temple_temple.jpg"},
        "no entry",
    ]
    found, left = kept(gier.read(copy(tmp_path, entries), skipped), tmp_path)
    assert len({record.photo for record in found}) == 1
    assert skipped.counts == {"a file is missing": 2, "an entry cannot be used": 3}
    assert left.counts == {
        "a picture cannot be read": 1,
        "the after is no edit of the before": 1,
    }


def test_the_list_may_have_the_name_of_the_authors_code(tmp_path: Path) -> None:
    (copy(tmp_path, [entry("temple_temple.jpg", "temple_edit.jpg")]) / "GIER.json").rename(
        tmp_path / "IER2.json"
    )
    assert next(gier.read(tmp_path, Skipped())).name == "temple_edit.jpg"


@pytest.mark.parametrize("text", ["", "[", "{}", "[]", "3", "[" * 100_000])
def test_a_list_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "GIER.json").write_text(text)
    with pytest.raises(InvalidError, match=r"GIER\.json"):
        gier.read(tmp_path, Skipped())


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no GIER\.json"):
        gier.read(tmp_path, Skipped())
