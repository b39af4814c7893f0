"""Supervised fine-tuning for real, on a tiny model: it learns, goes on after kill -9, and stops."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest
import torch
from safetensors.torch import load_file

from iea.blobs import Blobs
from iea.errors import CheckFailedError, ConflictError, InvalidError, UnavailableError
from tests.programs import program
from tests.training.vlm.conftest import MEMORISED
from tests.training.vlm.examples import numbers, photo
from training.records import Dataset, Record, Skipped
from training.runs import state_of
from training.vlm import sft
from training.vlm.model import Planner
from training.vlm.pictures import Pictures
from training.vlm.prompts import answer, messages
from training.vlm.recorder import Recorder

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")

SHORT = replace(MEMORISED, steps=6, save_every=3)


def rows(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def losses(run: Path) -> list[float]:
    return [row["loss"] for row in rows(run) if "loss" in row]


def weights(model: Path) -> dict[str, torch.Tensor]:
    return load_file(model / "model.safetensors")


def test_it_learns_by_heart(memorised: Path, data: Dataset) -> None:
    fell = losses(memorised)
    assert len(fell) == MEMORISED.steps
    assert fell[-1] < 0.1 * fell[0]
    planner, pictures = Planner(memorised / "model"), Pictures(data.blobs)
    for record in data.part("train")[:4]:
        said = planner.answer(messages(record, "iea16"), pictures.shown(record), 40)
        assert said == answer(record, "iea16")


def test_its_run_says_what_it_learnt_from(memorised: Path, data: Dataset) -> None:
    state = state_of(memorised)
    assert state["state"] == "done"
    assert state["results"]["records"] == len(data.part("train"))
    assert state["results"]["skipped"] == {}
    made_from = json.loads((memorised / "manifest.json").read_text())["made_from"]
    assert (made_from["stage"], made_from["size"]) == ("sft", "vlm")
    assert made_from["data"] == data.card["sha256"]
    evaluated = [row for row in rows(memorised) if "held_out_loss" in row]
    assert [row["step"] for row in evaluated] == [45, 90]
    assert not [path for path in memorised.glob("checkpoints/*/*") if path.stat().st_size > 1e5]


def test_what_sees_is_not_trained(memorised: Path, base: Path) -> None:
    before, after = weights(base), weights(memorised / "model")
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert not [name for name in changed if "visual." in name]
    assert all(name in changed for name in before if "proj.weight" in name and "visual" not in name)


def test_a_run_that_is_done_is_not_done_again(memorised: Path, base: Path, data: Dataset) -> None:
    before = (memorised / "metrics.jsonl").read_bytes()
    assert sft.train(memorised, base, data, MEMORISED) == memorised / "model"
    assert (memorised / "metrics.jsonl").read_bytes() == before
    assert state_of(memorised)["state"] == "done"
    with pytest.raises(ConflictError, match="another settings"):
        sft.train(memorised, base, data, replace(MEMORISED, rate=1.0))


def test_a_run_killed_in_the_middle_ends_as_if_it_had_not_been(
    tmp_path: Path, base: Path, data: Dataset
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    sft.train(whole, base, data, SHORT)
    code = (
        "import torch; torch.set_num_threads(1)\n"
        "from pathlib import Path; from training.records import Dataset\n"
        "from training.vlm import sft; from training.vlm.settings import Sft\n"
        f"data = Dataset(Path({str(data.folder)!r}))\n"
        f"sft.train(Path({str(killed)!r}), Path({str(base)!r}), data, {SHORT!r})\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    while not (killed / "checkpoint.json").exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    sft.train(killed, base, data, SHORT)
    assert [row["step"] for row in rows(killed)] == [1, 2, 3, 3, 4, 5, 6, 6]
    assert losses(killed) == losses(whole)
    assert state_of(killed)["results"]["model"] == state_of(whole)["results"]["model"]


@pytest.mark.parametrize("rank", [0, 4])
def test_a_checkpoint_is_all_that_is_needed_to_go_on(
    tmp_path: Path, base: Path, data: Dataset, monkeypatch: pytest.MonkeyPatch, rank: int
) -> None:
    short = replace(SHORT, lora_rank=rank, steps=4, save_every=2, held_out=0)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    sft.train(whole, base, data, short)
    with monkeypatch.context() as patched:
        patched.setattr(Recorder, "on_step_begin", _out_of_patience)
        with pytest.raises(KeyboardInterrupt):
            sft.train(cut, base, data, short)
    assert not list(cut.glob("trainer/checkpoint-*"))
    sft.train(cut, base, data, short)
    assert losses(cut) == losses(whole)
    assert state_of(cut)["results"] == state_of(whole)["results"]


def _out_of_patience(_: object, __: object, state: Any, ___: object, **____: object) -> None:
    if state.global_step == 2:
        raise KeyboardInterrupt


def test_adapters_are_merged_into_the_model(tmp_path: Path, base: Path, data: Dataset) -> None:
    model = sft.train(tmp_path, base, data, replace(SHORT, lora_rank=4, held_out=0))
    before, after = weights(base), weights(model)
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert len(changed) == 2 * 7
    assert all("language_model.layers" in name or "model.layers" in name for name in changed)
    assert not list(tmp_path.glob("trainer/*"))


def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path, base: Path, data: Dataset) -> None:
    with pytest.raises(CheckFailedError, match="lower the rate"):
        sft.train(tmp_path, base, data, replace(SHORT, rate=1e30))
    state = state_of(tmp_path)
    assert state["state"] == "stopped"
    assert "at step" in state["reason"]
    assert not (tmp_path / "checkpoint.json").exists()


def test_a_run_that_no_longer_gets_better_ends(tmp_path: Path, base: Path, data: Dataset) -> None:
    idle = replace(SHORT, steps=9, save_every=1, rate=1e-30, patience=2)
    sft.train(tmp_path, base, data, idle)
    assert len(losses(tmp_path)) == 3
    assert state_of(tmp_path)["state"] == "done"


FULL = (
    OSError(28, "No space left on device"),
    # What torch.save says of /dev/full.
    RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 704 vs 598"),
    torch.OutOfMemoryError("CUDA out of memory"),
)


@pytest.mark.parametrize("error", FULL, ids=["disk", "torch", "gpu"])
def test_where_there_is_no_room_the_run_stops_with_a_sentence(
    tmp_path: Path, base: Path, data: Dataset, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr("training.vlm.recorder.pack", full)
    with pytest.raises(UnavailableError, match="free space on the disk, or lower device_batch"):
        sft.train(tmp_path, base, data, replace(SHORT, steps=1))
    assert str(error) in state_of(tmp_path)["reason"]


def test_what_cannot_be_learnt_from_is_counted(tmp_path: Path, base: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    good, cut = blobs.put(photo(1)), blobs.put(photo(1)[:300])
    records = [
        Record("edit", good, "warmer", numbers(temperature=9)),
        Record("edit", good, "brighter", program(exposure=1)),
        Record("edit", cut, "darker", numbers(exposure=-9)),
        Record("summary", good, "upside down", numbers(temperature=9), score=-10.0),
        Record("summary", good, "a warmer one", numbers(temperature=9), score=10.0),
    ]
    none = Dataset.write(tmp_path, records[1:4], Skipped())
    with pytest.raises(InvalidError, match="no record to learn from"):
        sft.train(tmp_path / "none", base, none, SHORT)
    assert "a picture cannot be read" in state_of(tmp_path / "none")["reason"]
    made = Dataset.write(tmp_path, records, Skipped())
    sft.train(tmp_path / "run", base, made, replace(SHORT, steps=1, batch=1, device_batch=1))
    results = state_of(tmp_path / "run")["results"]
    assert results["records"] + results["held_out"] == 2
    assert results["skipped"] == {
        "a picture cannot be read": 1,
        "its words do not fit: it is for a reward model": 1,
        "the answer cannot be said with iea16": 1,
    }


def test_a_folder_without_a_model_is_named(tmp_path: Path, data: Dataset) -> None:
    with pytest.raises(InvalidError, match="holds no model"):
        sft.train(tmp_path / "run", tmp_path, data, SHORT)


def test_no_hub_is_asked_or_told_anything() -> None:
    assert huggingface_hub.constants.HF_HUB_OFFLINE
