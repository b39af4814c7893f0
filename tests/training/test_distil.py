"""Distilling: programs of expert edits are found again, and what cannot be is counted."""

import json
import os
import signal
from functools import cache
from pathlib import Path

import pytest

from iea.blobs import Blobs
from iea.errors import UnavailableError
from iea.image import decode
from iea.measure import likeness, pixel_distance
from iea.program import Program
from iea.render import render
from tests import images
from tests.photos import PHOTOS
from tests.programs import document, program
from training.distil import FAR, UNLIKE, UNREADABLE, distil, find
from training.records import Record, Skipped

HIDDEN: dict[str, dict[str, float]] = {
    "temple": {"exposure": 0.6, "temperature": 30, "saturation": -30},
    "coffee": {"contrast": 35, "tint": -25, "vignette": 40},
    "officer": {"brightness": 40, "vibrance": -50},
}


@cache
def encoded(name: str) -> bytes:
    return images.save(PHOTOS[name].pixels(300), "png")


@cache
def edited(name: str, kind: str = "png") -> bytes:
    made = render(program(**HIDDEN[name]), decode(encoded(name)))
    return images.save(made.pixels, kind)


def record(blobs: Blobs, before: bytes, after: bytes) -> Record:
    return Record("edit", blobs.put(before), "make it nice", after=blobs.put(after))


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "programs.jsonl"


def test_hidden_programs_are_found(blobs: Blobs, kept: Path) -> None:
    records = [record(blobs, encoded(name), edited(name)) for name in HIDDEN]
    skipped = Skipped()
    found = list(distil(records, blobs, skipped, kept, processes=0))
    assert not skipped.counts
    for each, (name, hidden) in zip(found, HIDDEN.items(), strict=True):
        amounts = {step.tool: step.amount for step in each.program.steps}
        assert amounts.keys() == hidden.keys()
        assert all(amounts[tool] * amount > 0 for tool, amount in hidden.items())
        reached = render(each.program, decode(encoded(name)))
        assert pixel_distance(reached, decode(edited(name))) < 0.003


def test_every_tool_of_a_program_lowers_the_distance() -> None:
    before = decode(encoded("temple"))
    # Another grain than the one that is found: it makes the picture grainy, and no more alike.
    grain = {"tool": "grain", "params": {"amount": 40, "seed": 5}}
    warmer = {"tool": "temperature", "params": {"amount": 30}}
    after = render(Program.parse(document(grain, warmer)), before)
    found = find(before, after)
    assert [step.tool for step in found.program.steps] == ["temperature"]
    for step in found.program.steps:
        without = render(found.program.without(step.id), before)
        assert pixel_distance(without, after) > found.after
    assert found.after == pixel_distance(render(found.program, before), after)


def test_moves_are_found_besides_tones() -> None:
    before = decode(encoded("temple"))
    crop = {"tool": "crop", "params": {"left": 0.1, "bottom": 0.85}}
    steps = document(crop, {"tool": "temperature", "params": {"amount": 30}})
    found = find(before, render(Program.parse(steps), before))
    assert [step.tool for step in found.program.steps] == ["crop", "temperature"]
    assert likeness(found.before, found.after) > 0.9


def test_what_has_no_answer_is_left_out_with_the_reason(blobs: Blobs, kept: Path) -> None:
    photo = encoded("temple")
    good = record(blobs, photo, edited("temple", "jpeg"))
    no_edit = record(blobs, photo, encoded("coffee"))
    corrupt = record(blobs, photo, edited("temple")[:900])
    unchanged = record(blobs, photo, photo)
    gone = Record("edit", blobs.put(photo), "warmer", after="0" * 64)
    skipped = Skipped()
    records = [no_edit, corrupt, good, unchanged, gone]
    (found,) = distil(records, blobs, skipped, kept, processes=0)
    assert found.photo == good.photo
    assert skipped.counts == {UNLIKE: 1, UNREADABLE: 2, FAR: 1}
    assert skipped.examples[UNLIKE].endswith(no_edit.after[:12])


def test_records_that_need_no_program_stay_as_they_are(blobs: Blobs, kept: Path) -> None:
    records = [
        Record("edit", "0" * 64, "warmer", program=program(temperature=20), after="1" * 64),
        Record("edit", "0" * 64, "remove the car", reply="refused"),
    ]
    assert list(distil(records, blobs, Skipped(), kept)) == records


def test_what_was_found_is_not_looked_for_again(blobs: Blobs, kept: Path, tmp_path: Path) -> None:
    records = [record(blobs, encoded(name), edited(name)) for name in ("temple", "coffee")]
    records.append(record(blobs, encoded("temple"), encoded("coffee")))
    found = list(distil(records, blobs, Skipped(), kept, processes=0))
    skipped = Skipped()
    nothing = Blobs(tmp_path / "empty")
    assert list(distil(records, nothing, skipped, kept, processes=0)) == found
    assert skipped.counts == {UNLIKE: 1}
    # The end of a process may cut a line off: that pair alone is looked for again.
    whole = kept.read_text()
    kept.write_text(whole[:-40])
    assert list(distil(records, blobs, Skipped(), kept, processes=0)) == found
    assert [json.loads(line) for line in kept.read_text().splitlines()] == [
        json.loads(line) for line in whole.splitlines()
    ]


def test_processes_find_the_same(blobs: Blobs, kept: Path, tmp_path: Path) -> None:
    records = [record(blobs, encoded(name), edited(name)) for name in ("temple", "coffee")]
    apart = list(distil(records, blobs, Skipped(), kept, processes=1))
    assert apart == list(distil(records, blobs, Skipped(), tmp_path / "own", processes=0))


class Deadly(Blobs):
    """A store that ends the process which reads of it, as the kernel does when memory is short."""

    def get(self, sha256: str) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError(sha256)


def test_a_killed_process_is_told(kept: Path, tmp_path: Path) -> None:
    records = [Record("edit", "0" * 64, "warmer", after=f"{n:064}") for n in range(2)]
    with pytest.raises(UnavailableError, match="was killed"):
        list(distil(records, Deadly(tmp_path), Skipped(), kept, processes=1))
