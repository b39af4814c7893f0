"""The three stages as a pipeline asks for them, and a stage from the shell."""

import sys
from pathlib import Path

import pytest

from iea.errors import InvalidError
from training.order import Order
from training.records import Dataset
from training.runs import state_of
from training.vlm import stages
from training.vlm.__main__ import main

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")

TINY = {
    "toolset": "iea16",
    "steps": 1,
    "rate": 1e-4,
    "warm_up": 0.0,
    "device_batch": 4,
    "held_out": 0,
}


def order(base: Path) -> Order:
    drawn = {"group": 4, "prompts": 4, "mini_batch": 4, "answer_tokens": 32}
    settings = {
        "sft": {**TINY, "batch": 4, "model": str(base)},
        "grpo": {**TINY, **drawn},
        "synthetic": {**TINY, "batch": 4, "lora_rank": 2},
    }
    return Order("tiny", size="vlm", seed=3, settings=settings)


def test_each_stage_starts_from_the_one_before(
    tmp_path: Path, memorised: Path, data: Dataset
) -> None:
    (tmp_path / "prepare").mkdir()
    (tmp_path / "prepare" / "synthetic").symlink_to(data.folder)
    found = {}
    for name in ("sft", "grpo", "synthetic"):
        model = getattr(stages, name)(order(memorised / "model"), tmp_path)
        assert model == tmp_path / name / "model"
        found[name] = state_of(tmp_path / name)["results"]["model"]
    assert len(set(found.values())) == 3
    for before, after in (("sft", "grpo"), ("grpo", "synthetic")):
        manifest = (tmp_path / after / "manifest.json").read_text()
        assert f'"model": "{found[before]}"' in manifest
        assert f'"stage": "{after}"' in manifest
        assert '"seed": 3' in manifest


def test_experts_edits_come_first(tmp_path: Path, base: Path, data: Dataset) -> None:
    (tmp_path / "prepare").mkdir()
    (tmp_path / "prepare" / "edits").symlink_to(data.folder)
    assert stages.sft(order(base), tmp_path).exists()


def test_an_order_without_a_model_is_told_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"--set .sft\.model=./models"):
        stages.sft(Order("tiny", size="vlm"), tmp_path)


def test_the_shell_hears_a_sentence(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["--model", str(base), "--data", str(tmp_path), "--run", str(tmp_path / "run")]
    settings = tmp_path / "short.toml"
    settings.write_text("stage = 'sft'\n")
    monkeypatch.setattr(sys, "argv", ["x", str(settings), *run])
    assert main() == 2
    assert capsys.readouterr().err == f"{tmp_path} holds no data set: name the folder of one.\n"
