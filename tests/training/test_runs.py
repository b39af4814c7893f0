"""Runs: they go on after any end, as what they began, and show how they went."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from iea.errors import ConflictError, InvalidError, UnavailableError
from training.runs import Run, state_of

FACTS = {"stage": "sft", "size": "small", "settings": {"steps": 9}, "data": "abc"}


def test_a_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    run = Run(tmp_path, FACTS)
    assert run.resume() is None
    run.log(1, loss=2.0)
    run.checkpoint(1, b"one")
    run.log(2, loss=1.0)
    again = Run(tmp_path, FACTS)
    at = again.resume()
    assert at is not None
    assert (at.step, at.data) == (1, b"one")
    again.log(2, loss=0.5)
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [row["loss"] for row in rows] == [2.0, 0.5]


def test_a_run_is_not_continued_as_something_else(tmp_path: Path) -> None:
    Run(tmp_path, FACTS)
    with pytest.raises(ConflictError, match="another data, settings"):
        Run(tmp_path, {**FACTS, "data": "abd", "settings": {"steps": 10}})


def test_the_manifest_says_what_it_is_made_of(tmp_path: Path) -> None:
    Run(tmp_path, FACTS)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["made_from"] == FACTS
    assert manifest["environment"]["python"]
    assert len(manifest["code"].rstrip("+")) in (0, 40)


def test_its_state_and_its_curves_can_be_seen(tmp_path: Path) -> None:
    run = Run(tmp_path / "<sft>", FACTS)
    for step in range(1, 6):
        run.log(step, loss=5.0 - step, reward=0.1 * step)
    assert state_of(run.folder)["state"] == "running"
    curves = (run.folder / "curves.html").read_text()
    assert curves.count("<polyline") == 2
    assert "&lt;sft&gt;" in curves
    assert 'value="loss"} 0.0' in (run.folder / "metrics.prom").read_text()
    run.done(model="x")
    assert state_of(run.folder) | {"beat": 0} == {
        "state": "done",
        "step": 5,
        "beat": 0,
        "results": {"model": "x"},
    }
    run.stop("the reward was hacked")
    assert state_of(run.folder)["reason"] == "the reward was hacked"


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="holds no run"):
        state_of(tmp_path)


def test_a_run_that_was_killed_loses_only_what_came_after_the_checkpoint(tmp_path: Path) -> None:
    code = (
        "import itertools, sys; from pathlib import Path; from training.runs import Run\n"
        f"run = Run(Path({str(tmp_path)!r}), {FACTS!r})\n"
        "for step in itertools.count(1):\n"
        "    run.log(step, loss=1 / step)\n"
        "    run.checkpoint(step, str(step).encode())\n"
        "    print(step, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    seen = 0
    while seen < 5:
        seen = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    run = Run(tmp_path, FACTS)
    at = run.resume()
    assert at is not None
    assert at.step >= seen
    assert at.data == str(at.step).encode()
    assert [row["step"] for row in run.metrics] == list(range(1, at.step + 1))


def test_a_full_disk_stops_a_run_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(tmp_path, FACTS)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("iea.files.replace", full)
    with pytest.raises(UnavailableError, match="no space left"):
        run.checkpoint(1, b"data")
