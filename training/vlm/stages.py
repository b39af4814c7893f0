"""The stages of the vision-language planner, as steps of a pipeline."""

from pathlib import Path

from iea.errors import InvalidError
from training.order import Order
from training.records import Dataset
from training.vlm import grpo as rewarded
from training.vlm import sft as supervised
from training.vlm.settings import CONFIG, Grpo, read


def sft(order: Order, folder: Path) -> Path:
    """Learn edit, refine and summary from the experts' edits, from the model that the order names.

    `order.settings["sft"]["model"]` is that model's folder. Without experts' edits the records are
    synthetic, here and in GRPO.
    """
    base = order.settings.get("sft", {}).get("model")
    if base is None:
        raise InvalidError(
            "The order names no model to start from: give the folder of one, "
            "such as --set 'sft.model=\"/models/Qwen2.5-VL-7B-Instruct\"'."
        )
    return _carried_out("sft", order, folder, Path(base), _edits(folder))


def grpo(order: Order, folder: Path) -> Path:
    """Learn what earns, from the model that fine-tuning made."""
    return _carried_out("grpo", order, folder, folder / "sft" / "model", _edits(folder))


def synthetic(order: Order, folder: Path) -> Path:
    """Learn from many more synthetic records, from the model that GRPO made."""
    data = folder / "prepare" / "synthetic"
    return _carried_out("synthetic", order, folder, folder / "grpo" / "model", data)


def _edits(folder: Path) -> Path:
    edits, made = folder / "prepare" / "edits", folder / "prepare" / "synthetic"
    return edits if (edits / "card.json").exists() else made


def _carried_out(stage: str, order: Order, folder: Path, base: Path, data: Path) -> Path:
    changes = {"seed": order.seed, **order.settings.get(stage, {})}
    changes.pop("model", None)
    settings = read(CONFIG / f"{stage}.toml", changes)
    if isinstance(settings, Grpo):
        return rewarded.train(folder / stage, base, Dataset(data), settings)
    return supervised.train(folder / stage, base, Dataset(data), settings, name=stage)
