"""A vision-language model in a folder: what is trained of it, and what it answers."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel
from PIL import Image
from transformers import AutoConfig, AutoModelForImageTextToText

from iea.errors import InvalidError
from training.vlm.pictures import processor
from training.vlm.prompts import Message

_SEES = ".visual."
"""In the name of every weight of the vision tower and of its projector, and of no other."""
_LINEAR = r".*\.language_model\..*\.(?:[qkvo]|gate|up|down)_proj"
_WEIGHTS = (".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json")


def digest(folder: Path) -> str:
    """Return a SHA-256 over the files of a model's folder.

    Raises `InvalidError` where the folder holds no model.
    """
    if not (folder / "config.json").is_file():
        raise InvalidError(f"{folder} holds no model: name the folder with its config.json.")
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        whole.update(f"{path.name} {file_digest(path)}\n".encode())
    return whole.hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, of whatever size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def adapters(rank: int) -> LoraConfig | None:
    """Return what LoRA adds to the language model's linear layers; None for rank 0."""
    if not rank:
        return None
    return LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=_LINEAR, task_type="CAUSAL_LM")


def freeze(model: torch.nn.Module) -> None:
    """Keep the vision tower and its projector as they are."""
    for name, parameter in model.named_parameters():
        if _SEES in f".{name}":
            parameter.requires_grad_(False)


def reload(model: torch.nn.Module, folder: Path) -> None:
    """Load the weights of a trainer's checkpoint into a model.

    A trainer that goes on does it by itself for adapters only: in files the language model has
    other names than in memory, and it skips those that it does not know (transformers #43701).
    """
    kept = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
    model.load_state_dict(kept.state_dict())


def precision(rank: int) -> str:
    """Return the type that weights are loaded in for training.

    With adapters the frozen weights are in half precision on GPUs. Weights that are trained are
    whole: at the published rate a step is smaller than what half precision resolves.
    """
    return "bfloat16" if rank and torch.cuda.is_available() else "float32"


def finish(base: Path, trained: Path, folder: Path) -> Path:
    """Write a trained model as one that stands alone: adapters merged, with the base's other files.

    `trained` holds a trainer's checkpoint of a model that started from `base`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    kind = AutoConfig.from_pretrained(base).dtype
    if (trained / "adapter_config.json").exists():
        model = AutoModelForImageTextToText.from_pretrained(base, dtype=kind)
        model = PeftModel.from_pretrained(model, trained).merge_and_unload()
    else:
        model = AutoModelForImageTextToText.from_pretrained(trained, dtype=kind)
    model.save_pretrained(folder)
    for path in base.iterdir():
        if path.is_file() and not path.name.endswith(_WEIGHTS):
            target = folder / path.name
            if not target.exists():
                shutil.copyfile(path, target)
    return folder


class Planner:
    """A model that answers, from its folder."""

    def __init__(self, folder: Path) -> None:
        self._processor = processor(folder)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model = AutoModelForImageTextToText.from_pretrained(folder).to(device).eval()

    def answer(
        self, messages: Sequence[Message], pictures: Sequence[Image.Image], tokens: int = 512
    ) -> str:
        """Return the most likely answer, of at most so many tokens."""
        text = self._processor.apply_chat_template(messages, add_generation_prompt=True)
        asked = self._processor(images=[list(pictures)], text=[text], return_tensors="pt")
        asked = asked.to(self._model.device)
        with torch.inference_mode():
            said: Any = self._model.generate(**asked, max_new_tokens=tokens, do_sample=False)
        new = said[:, asked["input_ids"].shape[1] :]
        answer: str = self._processor.batch_decode(new, skip_special_tokens=True)[0]
        return answer
