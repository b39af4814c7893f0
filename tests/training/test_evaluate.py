"""What an evaluation says of answers: of perfect ones, of none, of wrong ones."""

from pathlib import Path

import pytest

from iea.blobs import Blobs
from iea.program import Program
from tests.photos import PHOTOS
from tests.programs import document, program
from training.evaluate import evaluate
from training.planners import Answer, nothing
from training.records import Dataset, Record, Skipped

WANTED = [
    program(exposure=0.8, temperature=30),
    Program.parse(document({"tool": "flip", "params": {"direction": "horizontal"}})),
    program(saturation=-40),
]


@pytest.fixture
def records(tmp_path: Path) -> list[Record]:
    photo = Blobs(tmp_path / "set" / "blobs").put(PHOTOS["coffee"].data())
    edits = [Record("edit", photo, f"edit {i}", program=p) for i, p in enumerate(WANTED)]
    return [*edits, Record("edit", photo, "remove the cup", reply="refused", language="de")]


@pytest.fixture
def data(tmp_path: Path, records: list[Record]) -> Dataset:
    return Dataset.write(tmp_path / "set", records, Skipped())


def answered(*programs: Program) -> list[Answer]:
    return [*(Answer("edited", each) for each in programs), Answer("refused", Program())]


def test_perfect_answers_get_all_there_is(data: Dataset, records: list[Record]) -> None:
    found = evaluate(records, answered(*WANTED), data)
    for name in ("likeness", "tools", "direction", "verdict", "kept", "followed"):
        assert found.mean(name) == pytest.approx(1.0), name
    assert found.mean("distance") == found.mean("strength") == 0.0
    assert found.mean("kept", "language:de") == 1.0


def test_doing_nothing_is_no_way_to_the_reference(data: Dataset, records: list[Record]) -> None:
    found = evaluate(records, nothing(records), data)
    assert found.mean("likeness") == pytest.approx(0.0)
    assert found.mean("tools") == 0.0
    assert found.mean("kept") == 1.0


def test_the_other_way_is_worse_than_nothing(data: Dataset, records: list[Record]) -> None:
    wrong = program(exposure=-0.8, temperature=-30)
    found = evaluate(records[:1], [Answer("edited", wrong)], data)
    assert found.mean("tools") == 1.0
    assert found.mean("direction") == 0.0
    likeness = found.mean("likeness")
    assert likeness is not None
    assert likeness < 0


def test_refusing_what_can_be_done_counts_against(data: Dataset, records: list[Record]) -> None:
    refused = [Answer("refused", Program()) for _ in records]
    assert evaluate(records, refused, data).mean("followed") == 0.0
