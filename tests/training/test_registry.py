"""The gate and the registry: what may serve, what serves, and the way back."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from iea.errors import CheckFailedError, InvalidError, NotFoundError
from training.evaluate import Evaluation
from training.gate import Verdict, compare, judge
from training.registry import Registry, Serving

PASSED = Verdict(True, "It is better in likeness, and worse in nothing.", {})


def evaluation(likeness: float, kept: float, many: int = 400, seed: int = 1) -> Evaluation:
    dice = np.random.default_rng(seed)
    figures = [
        {"likeness": float(dice.normal(likeness, 0.2)), "kept": float(dice.random() < kept)}
        for _ in range(many)
    ]
    return Evaluation(figures, [("all", "edit")] * many)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    (folder / "manifest.json").write_text(json.dumps({"sha256": {"model.onnx": digest}}))
    return folder


def test_a_better_planner_passes() -> None:
    verdict = judge(evaluation(0.6, 0.97, seed=2), evaluation(0.4, 0.97))
    assert verdict.passed
    assert "better in likeness" in verdict.reason
    low, high = verdict.differences["likeness"].low, verdict.differences["likeness"].high
    assert low < 0.2 < high


def test_a_planner_that_is_worse_in_one_thing_does_not() -> None:
    verdict = judge(evaluation(0.6, 0.7, seed=2), evaluation(0.4, 0.97))
    assert not verdict.passed
    assert "worse in kept" in verdict.reason


def test_the_same_planner_does_not_replace_itself() -> None:
    same = evaluation(0.5, 0.9)
    assert judge(same, same).reason == "It is not surely better in anything."


def test_differences_are_paired_and_seeded() -> None:
    old = evaluation(0.5, 0.9)
    shifted = Evaluation([{"likeness": f["likeness"] + 0.01} for f in old.figures], old.slices)
    assert compare(shifted, old) == compare(shifted, old)
    assert compare(shifted, old)["likeness"].low > 0.0099


def test_versions_serve_one_after_another_and_go_back(tmp_path: Path, model: Path) -> None:
    registry = Registry(tmp_path / "registry")
    assert registry.serving("small") == Serving()
    assert [registry.propose("small", model, "# Card", PASSED) for _ in range(3)] == [1, 2, 3]
    registry.promote("small", 1)
    assert registry.canary("small", 2, 0.1) == Serving(1, 2, 0.1)
    assert registry.roll_back("small") == Serving(1)
    assert registry.promote("small", 3) == Serving(3, before=(1,))
    assert registry.roll_back("small") == Serving(1)
    with pytest.raises(InvalidError, match="none to go back to"):
        registry.roll_back("small")
    folder = registry.folder("small", 2)
    assert (folder / "card.md").read_text() == "# Card"
    assert json.loads((folder / "verdict.json").read_text())["passed"]


def test_what_did_not_pass_is_not_kept(tmp_path: Path, model: Path) -> None:
    registry = Registry(tmp_path / "registry")
    with pytest.raises(InvalidError, match="not promoted: worse"):
        registry.propose("small", model, "", Verdict(False, "worse", {}))
    assert registry.versions("small") == []


def test_damaged_models_do_not_serve(tmp_path: Path, model: Path) -> None:
    registry = Registry(tmp_path / "registry")
    version = registry.propose("small", model, "", PASSED)
    (registry.folder("small", version) / "model.onnx").write_bytes(b"other")
    with pytest.raises(CheckFailedError, match=r"model\.onnx"):
        registry.promote("small", version)
    assert registry.serving("small") == Serving()
    with pytest.raises(CheckFailedError, match="no manifest"):
        registry.propose("small", tmp_path, "", PASSED)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1])
def test_a_canary_gets_a_share(tmp_path: Path, model: Path, share: float) -> None:
    registry = Registry(tmp_path / "registry")
    registry.propose("small", model, "", PASSED)
    with pytest.raises(InvalidError, match="share"):
        registry.canary("small", 1, share)


def test_versions_and_names_that_are_none(tmp_path: Path, model: Path) -> None:
    registry = Registry(tmp_path / "registry")
    with pytest.raises(NotFoundError, match="there is none"):
        registry.promote("small", 1)
    with pytest.raises(InvalidError, match="no name"):
        registry.propose("../x", model, "", PASSED)
