"""Multitask GRPO of a vision-language model, with the rewards of `iea.measure`."""

from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from trl import GRPOConfig, GRPOTrainer

from iea.blobs import Store
from training.guards import hacked
from training.records import Dataset
from training.vlm.model import adapters, precision
from training.vlm.rewards import Rewards
from training.vlm.settings import Grpo
from training.vlm.stage import Stage


def train(
    folder: Path,
    base: Path,
    data: Dataset,
    settings: Grpo,
    *,
    store: Store | None = None,
) -> Path:
    """Train the model in the folder `base` by what its answers earn; returns the trained one's.

    Arguments and errors as `training.vlm.sft.train`; `CheckFailedError` also where a guard saw that
    the reward is earned by a trick.
    """
    stage = Stage("grpo", folder, base, data, settings, store)
    if stage.done:
        return folder / "model"
    trainer = GRPOTrainer(
        model=str(base),
        reward_funcs=Rewards(stage.records, stage.pictures, settings, stage.skipped),
        args=GRPOConfig(
            **stage.arguments(),
            **_drawn(settings),
            model_init_kwargs={"dtype": precision(settings.lora_rank), "device_map": None},
            beta=settings.kl,
            loss_type="dapo",
            generation_batch_size=settings.prompts * settings.group,
            num_generations=settings.group,
            num_generations_eval=1,
            metric_for_best_model="reward" if stage.held_out else None,
        ),
        **stage.tables(),
        processing_class=stage.processor,
        peft_config=adapters(settings.lora_rank),
    )
    return stage.carry_out(trainer, partial(hacked, limits=settings.limits))


def _drawn(settings: Grpo) -> dict[str, Any]:
    """Return how answers are drawn: by vLLM where it is, else by the trainer itself."""
    return {
        "max_completion_length": settings.answer_tokens,
        "temperature": settings.temperature,
        "use_vllm": torch.cuda.is_available() and find_spec("vllm") is not None,
        "vllm_mode": "colocate",
        "vllm_tensor_parallel_size": settings.rollout_devices,
        "vllm_gpu_memory_utilization": settings.rollout_memory,
    }
