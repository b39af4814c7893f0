"""The stages of the small planner, as steps of a pipeline: at most 45 minutes on two cores."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.order import Order
from training.records import Dataset
from training.small import grpo as rewarded
from training.small.sft import Settings, learnt, train

_SFT: Mapping[str, Any] = {"steps": 1200, "variety": 0.0}
_SYNTHETIC: Mapping[str, Any] = {"steps": 1400, "encoder_rate": 1e-4, "head_rate": 5e-4}


def sft(order: Order, folder: Path) -> Path:
    """Learn wordings as people wrote them, from the base encoder."""
    return train(folder / "sft", _settings(order, "sft", _SFT))


def grpo(order: Order, folder: Path) -> Path:
    """Learn what earns: tools that bring photos nearer to what was wanted, and no others."""
    settings = rewarded.Settings(**{"seed": order.seed, **order.settings.get("grpo", {})})
    data = Dataset(folder / "prepare" / "synthetic")
    return rewarded.train(folder / "grpo", learnt(folder / "sft"), data, settings)


def synthetic(order: Order, folder: Path) -> Path:
    """Learn all that the grammar makes of the wordings: chatter, several wishes, slips."""
    settings = _settings(order, "synthetic", {**_SYNTHETIC, "stage": "synthetic"})
    return train(folder / "synthetic", settings, start=folder / "grpo")


def _settings(order: Order, step: str, usual: Mapping[str, Any]) -> Settings:
    return Settings(**{"seed": order.seed, **usual, **order.settings.get(step, {})})
