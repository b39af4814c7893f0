"""Data sets: what is written is read again, splits keep photos and wordings apart."""

import json
from pathlib import Path

import pytest

from iea.blobs import Blobs
from iea.errors import CheckFailedError, InvalidError, NotFoundError
from iea.program import Program
from training.records import Dataset, Record, Skipped, side

BRIGHT = Program.parse(
    {
        "toolset": {"name": "iea", "version": "1"},
        "steps": [{"tool": "exposure", "params": {"ev": 0.5}}],
    }
)


def records(many: int = 600) -> list[Record]:
    return [
        Record(
            "edit",
            photo=f"{n % 24:064x}",
            words=f"brighter {n}",
            program=BRIGHT,
            history=("hello",),
            template=f"t{n % 25}",
            score=8.0 if n % 2 else None,
        )
        for n in range(many)
    ]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    skipped = Skipped()
    skipped.add("a picture cannot be read", "x.jpg")
    written = Dataset.write(tmp_path, [*records(), *records()], skipped, made_by="test")
    again = Dataset(tmp_path)
    assert list(again) == list(written) == records()
    assert len(again) == 600
    assert again.card["made_by"] == "test"
    assert again.card["counts"]["tool"] == {"exposure": 600}
    assert again.card["skipped"] == {"a picture cannot be read": 1}
    assert again.card["skipped_examples"] == {"a picture cannot be read": "x.jpg"}


def test_no_photo_and_no_wording_is_on_both_sides(tmp_path: Path) -> None:
    data = Dataset.write(tmp_path, records(), Skipped())
    train, test = data.part("train"), data.part("test")
    assert train
    assert test
    assert not {r.photo for r in train} & {r.photo for r in test}
    assert not {r.template for r in train} & {r.template for r in test}
    assert sum(data.card["counts"]["side"].values()) == 600


def test_a_wording_without_a_template_is_its_own() -> None:
    one, other = (Record("edit", "0" * 64, words) for words in ("Brighter", "brighter"))
    assert side(one) == side(other)


def test_an_empty_source_is_refused_with_the_reasons(tmp_path: Path) -> None:
    skipped = Skipped()
    skipped.add("no program", "p1")
    with pytest.raises(InvalidError, match="1 no program"):
        Dataset.write(tmp_path, [], skipped)
    with pytest.raises(NotFoundError, match="no data set"):
        Dataset(tmp_path)


def test_changed_records_are_noticed(tmp_path: Path) -> None:
    data = Dataset.write(tmp_path, records(), Skipped())
    with (tmp_path / "records.jsonl").open("a") as lines:
        lines.write(json.dumps(records(1)[0].to_json()) + "\n")
    with pytest.raises(CheckFailedError, match="was changed"):
        list(data)


@pytest.mark.parametrize("fault", [{"program": 3}, {"photo": None, "more": 1}, {}])
def test_malformed_records_are_named(fault: dict[str, object]) -> None:
    value = {**records(1)[0].to_json(), **fault} if fault else {}
    with pytest.raises(InvalidError, match=r"malformed|program"):
        Record.parse(value)


def test_pictures_lie_beside_the_records(tmp_path: Path) -> None:
    digest = Blobs(tmp_path / "blobs").put(b"picture")
    data = Dataset.write(tmp_path, [Record("edit", digest, "brighter")], Skipped())
    assert data.blobs.get(digest) == b"picture"
