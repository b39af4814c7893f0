"""What the stages need for Qwen2.5-VL-7B on named GPUs: computed, not measured.

`python -m training.vlm.cost` prints the table. Parameters are counted on the model itself, without
its weights. Memory is what is kept for each parameter (4 bytes, 16 for those that are trained:
value, gradient, and AdamW's two means), shared by all GPUs, and, on each, the activations that
checkpointing keeps. Time is the floating-point operations of all matrix products at `UTILISATION`
of a GPU's peak, and, where vLLM draws answers, the reading of the weights for every token.
"""

import sys
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from peft import get_peft_model
from transformers import AutoModelForImageTextToText, Qwen2_5_VLConfig

from iea.errors import InvalidError
from training.vlm.model import adapters, freeze
from training.vlm.settings import CONFIG, Grpo, Sft, read

UTILISATION = 0.4
"""Of a GPU's peak: an assumption. Measure it on your own before you plan by it."""
USABLE = 0.92
"""Of a GPU's memory: the rest is lost to fragments."""
OTHER = 2e9
"""Bytes on each GPU besides: CUDA itself, and the logits of a piece of the answers."""
LORA_RANK = 64
COUNTS = (1, 2, 4, 8, 16)


@dataclass(frozen=True)
class Gpu:
    """A GPU as its maker tells: bytes, operations a second (dense, bfloat16), bytes a second."""

    name: str
    memory: float
    peak: float
    bandwidth: float


GPUS = (
    Gpu("H100 80 GB", 80e9, 989e12, 3.35e12),
    Gpu("A100 80 GB", 80e9, 312e12, 2.04e12),
    Gpu("L40S 48 GB", 48e9, 362e12, 0.864e12),
)


@dataclass(frozen=True)
class Load:
    """What an example is made of, in tokens: one picture at the cap, what is asked, the answer."""

    picture: int = 334
    asked: int = 1000
    answered: int = 120

    @property
    def tokens(self) -> int:
        """All that the language model reads."""
        return self.picture + self.asked + self.answered


@dataclass(frozen=True)
class Sizes:
    """Parameters of a model, and the sizes that activations depend on."""

    language: int
    """Those that multiply every token: without the table of the words."""
    words: int
    vision: int
    adapters: int
    hidden: int
    inner: int
    layers: int

    @property
    def whole(self) -> int:
        """All parameters but those of adapters."""
        return self.language + self.words + self.vision


def published() -> Qwen2_5_VLConfig:
    """Return the configuration of Qwen2.5-VL-7B-Instruct, as far as sizes depend on it."""
    return Qwen2_5_VLConfig(
        text_config={
            "vocab_size": 152_064,
            "hidden_size": 3584,
            "intermediate_size": 18_944,
            "num_hidden_layers": 28,
            "num_attention_heads": 28,
            "num_key_value_heads": 4,
            "tie_word_embeddings": False,
        },
        vision_config={
            "depth": 32,
            "hidden_size": 1280,
            "intermediate_size": 3420,
            "num_heads": 16,
            "out_hidden_size": 3584,
        },
        tie_word_embeddings=False,
    )


def sizes(config: Any) -> Sizes:
    """Count the parameters of a model that is made without its weights."""
    with torch.device("meta"):
        model = AutoModelForImageTextToText.from_config(config)
    counts = {name: p.numel() for name, p in model.named_parameters()}
    whole = sum(counts.values())
    freeze(model)
    language = sum(p.numel() for p in model.parameters() if p.requires_grad)
    words = model.get_input_embeddings().weight.numel()
    text = config.get_text_config()
    with torch.device("meta"):
        trained = get_peft_model(model, adapters(LORA_RANK))
    return Sizes(
        language=language - words,
        words=words,
        vision=whole - language,
        adapters=sum(p.numel() for p in trained.parameters() if p.requires_grad),
        hidden=text.hidden_size,
        inner=text.intermediate_size,
        layers=text.num_hidden_layers,
    )


def memory(of: Sizes, settings: Sft | Grpo, gpus: int, load: Load = Load()) -> float:
    """Return the bytes that a stage needs on each of so many GPUs, without the part of vLLM."""
    whole = not settings.lora_rank
    if whole:
        kept = 16 * (of.language + of.words) + 4 * of.vision
        kept += 4 * of.whole if isinstance(settings, Grpo) else 0  # the model that KL holds it to
    else:
        kept = 2 * of.whole + 16 * of.adapters
    # The layer that is worked on is gathered in half precision, and the next one meanwhile.
    layer = 2 * 2 * of.language / of.layers if whole and gpus > 1 else 0
    shared = gpus if whole else 1
    tokens = settings.device_batch * load.tokens
    activations = 2 * tokens * (of.layers * of.hidden + 10 * of.hidden + 4 * of.inner)
    return kept / shared + layer + activations + OTHER


def seconds(of: Sizes, settings: Sft | Grpo, gpu: Gpu, gpus: int, load: Load = Load()) -> float:
    """Return the time of a step of a stage."""
    passes = 3 if settings.lora_rank else 4
    speed = gpus * gpu.peak * UTILISATION
    if isinstance(settings, Sft):
        return settings.batch * _operations(of, load, passes) / speed
    answers, steps = settings.prompts * settings.group, settings.prompts // settings.mini_batch
    # Before the steps the old policy and the one that KL holds it to read all answers once.
    learnt = answers * _operations(of, load, passes + 2) / speed
    asked = settings.prompts * _operations(of, Load(load.picture, load.asked, 0), 1) / speed
    drawn = load.answered * 2 * of.whole / (settings.rollout_devices * gpu.bandwidth)
    return (learnt + asked + drawn) / steps


def _operations(of: Sizes, load: Load, passes: int) -> float:
    """Return the operations on an example: `passes` of what is trained, one of what sees.

    A pass forward is 2 a parameter and token, and attention; one backward is another for the
    activations, and one for the weights where they are trained; checkpoints need one more forward.
    """
    attention = 2 * load.tokens * of.hidden * of.layers
    language = load.tokens * (2 * of.language + attention)
    return passes * language + 4 * load.picture * 2 * of.vision


def table() -> str:
    """Return, in Markdown, what each stage needs on the fewest GPUs of each kind that it fits."""
    of = sizes(published())
    lines = [
        "| stage | trained | GPUs | memory on each, GB | seconds a step |",
        "|---|---|---|---|---|",
    ]
    for name in ("sft", "grpo"):
        for rank, trained in ((0, "all of the language model"), (LORA_RANK, f"LoRA {LORA_RANK}")):
            settings = replace(read(CONFIG / f"{name}.toml"), lora_rank=rank)
            lines += [f"| {name} | {trained} | {_needs(of, settings, gpu)} |" for gpu in GPUS]
    return "Computed, not measured.\n\n" + "\n".join(lines) + "\n"


def _needs(of: Sizes, settings: Sft | Grpo, gpu: Gpu) -> str:
    drawing = settings.rollout_memory * gpu.memory if isinstance(settings, Grpo) else 0
    for gpus in filter(partial(_shared, settings), COUNTS):
        needed = memory(of, settings, gpus) + drawing
        if needed <= USABLE * gpu.memory:
            return (
                f"{gpus} x {gpu.name} | {needed / 1e9:.0f} | {seconds(of, settings, gpu, gpus):.1f}"
            )
    return f"{gpu.name}: not with these settings | | "


def _shared(settings: Sft | Grpo, gpus: int) -> bool:
    """Tell whether a step's examples can be shared by so many GPUs."""
    if isinstance(settings, Grpo) and gpus < settings.rollout_devices:
        return False
    try:
        settings.accumulated(gpus)
    except InvalidError:
        return False
    return True


if __name__ == "__main__":
    sys.stdout.write(table())
