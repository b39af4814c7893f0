"""GRPO for real, on a tiny model: rewards from the renderer, guards, what cannot be scored."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from iea.blobs import Blobs
from iea.errors import CheckFailedError
from tests.training.vlm.examples import numbers, photo
from training.guards import Limits
from training.records import Dataset, Record, Skipped
from training.runs import state_of
from training.vlm import grpo
from training.vlm.pictures import Pictures
from training.vlm.prompts import answer
from training.vlm.recorder import Recorder
from training.vlm.rewards import Rewards
from training.vlm.settings import Grpo

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")

SHORT = Grpo(
    toolset="iea16",
    steps=2,
    rate=1e-3,
    group=3,
    prompts=4,
    mini_batch=2,
    device_batch=6,
    save_every=2,
    held_out=2,
    answer_tokens=32,
)


def rows(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("rank", [0, 4])
def test_it_takes_steps_by_what_the_renderer_says(
    tmp_path: Path, memorised: Path, data: Dataset, rank: int
) -> None:
    model = grpo.train(tmp_path, memorised / "model", data, replace(SHORT, lora_rank=rank))
    assert (model / "model.safetensors").exists()
    state = state_of(tmp_path)
    assert (state["state"], state["step"]) == ("done", 2)
    # Answers are drawn once, and learnt from in two steps.
    first, second, held_out = rows(tmp_path)
    assert {"loss", "kl", "entropy"} <= first.keys() & second.keys()
    assert first["invalid"] < 0.5
    assert first["unrewarded"] == 0
    assert 0 < first["reward"] <= 1
    assert first["reward_std"] > 0
    assert {"likeness", "usefulness", "length", "tools"} <= first.keys()
    assert first["reward_seconds"] < first["step_time"]
    assert -1 <= held_out["held_out_reward"] <= 1
    changed = load_file(model / "model.safetensors")
    before = load_file(memorised / "model" / "model.safetensors")
    assert any(not torch.equal(changed[name], before[name]) for name in before)


def test_it_goes_on_as_if_it_had_not_stopped(
    tmp_path: Path, memorised: Path, data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = replace(SHORT, prompts=2, save_every=1, held_out=0)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    grpo.train(whole, memorised / "model", data, short)
    with monkeypatch.context() as patched:
        patched.setattr(Recorder, "on_step_begin", _stop_after_one)
        with pytest.raises(KeyboardInterrupt):
            grpo.train(cut, memorised / "model", data, short)
    grpo.train(cut, memorised / "model", data, short)
    timed = {"reward_seconds", "step_time"}
    for one, other in zip(rows(whole), rows(cut), strict=True):
        assert {k: v for k, v in one.items() if k not in timed} == {
            k: v for k, v in other.items() if k not in timed
        }


def _stop_after_one(_: object, __: object, state: Any, ___: object, **____: object) -> None:
    if state.global_step == 1:
        raise KeyboardInterrupt


def test_a_guard_stops_the_run(tmp_path: Path, memorised: Path, data: Dataset) -> None:
    tight = replace(SHORT, prompts=2, held_out=0, limits=Limits(window=1, longer=0.1))
    with pytest.raises(CheckFailedError, match="answers grew"):
        grpo.train(tmp_path, memorised / "model", data, tight)
    state = state_of(tmp_path)
    assert (state["state"], state["step"]) == ("stopped", 2)
    assert not (tmp_path / "model").exists()


PHOTO = photo(1)
BRIGHTER = numbers(exposure=40)


FAILED = Skipped()


def rewards(
    tmp_path: Path, *records: Record, reward: str = "published", failed: Skipped = FAILED
) -> Rewards:
    blobs = Blobs(tmp_path / "blobs")
    blobs.put(PHOTO)
    settings = replace(SHORT, reward=reward)  # type: ignore[arg-type]
    return Rewards(records, Pictures(blobs), settings, failed)


def record(tmp_path: Path, task: str = "edit") -> Record:
    return Record(task, Blobs(tmp_path / "blobs").put(PHOTO), "brighter", BRIGHTER)  # type: ignore[arg-type]


def earned(made: Rewards, text: str, index: int = 0) -> float | None:
    _, reward = made.score(text, index)
    return None if reward is None else reward.total


def test_the_right_answer_earns_most(tmp_path: Path) -> None:
    right = record(tmp_path)
    made = rewards(tmp_path, right, record(tmp_path, "summary"))
    assert earned(made, answer(right, "iea16")) == pytest.approx(1.0)
    assert earned(made, '<answer>{"exposure": 20}</answer>') < 1.0
    # Twice as far from the reference as the photo, by a step without which it is nearer.
    assert earned(made, '<answer>{"exposure": -40}</answer>') == pytest.approx(-1, abs=0.3)
    assert earned(made, "<answer>make it brighter</answer>", 1) == pytest.approx(0.5)
    assert earned(made, "brighter") == -1
    assert earned(made, "<answer>{}</answer>") == -1
    assert FAILED.counts == {}


def test_a_refusal_is_ours_to_reward(tmp_path: Path) -> None:
    edit = record(tmp_path)
    beyond = replace(edit, words="put in a tree", reply="refused", text="Tools cannot.")
    made = rewards(tmp_path, edit, beyond, reward="ours")
    assert earned(made, answer(beyond, "iea16"), 1) == 1
    assert earned(made, answer(beyond, "iea16"), 0) == -1
    assert earned(made, answer(edit, "iea16"), 1) == -1
    assert earned(made, answer(edit, "iea16"), 0) == pytest.approx(1.0)


def test_what_cannot_be_scored_is_counted_and_earns_nothing(tmp_path: Path) -> None:
    lost = replace(record(tmp_path), photo="0" * 64)
    failed = Skipped()
    made = rewards(tmp_path, lost, record(tmp_path), failed=failed)
    logged: dict[str, float] = {}
    said = [[{"content": text}] for text in (answer(lost, "iea16"), answer(lost, "iea16"), "?")]
    scores = made(said, [0, 1, 1], logged.__setitem__)
    assert scores == [None, pytest.approx(1.0), -1]
    assert (logged["unrewarded"], logged["invalid"]) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert logged["likeness"] == pytest.approx(1.0)
    assert failed.counts == {"the reward cannot be computed": 1}


def test_the_published_reward_is_not_asked_about_refusals(tmp_path: Path, memorised: Path) -> None:
    beyond = replace(record(tmp_path), program=numbers(), reply="refused", text="Tools cannot.")
    made = Dataset.write(tmp_path, [record(tmp_path), beyond], Skipped())
    short = replace(SHORT, steps=1, prompts=1, mini_batch=1, device_batch=3)
    grpo.train(tmp_path / "run", memorised / "model", made, short)
    results = state_of(tmp_path / "run")["results"]
    assert results["records"] == 1
    assert results["skipped"] == {"the published reward knows no refusals": 1}
