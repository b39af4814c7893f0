"""Supervised fine-tuning of a vision-language model on edit, refine and summary together.

The first stage, on distilled expert edits, and the third, on synthetic data: what differs is the
data set and the settings (arXiv 2606.08016). The loss is that of the answers alone. Examples are
not packed: trl does not pack pictures.
"""

from pathlib import Path

from trl import SFTConfig, SFTTrainer

from iea.blobs import Store
from training.records import Dataset
from training.vlm.model import adapters, precision
from training.vlm.settings import Sft
from training.vlm.stage import Stage


def train(
    folder: Path,
    base: Path,
    data: Dataset,
    settings: Sft,
    *,
    name: str = "sft",
    store: Store | None = None,
) -> Path:
    """Fine-tune the model in the folder `base`; returns the folder of the trained model.

    `folder` is that of the run, which goes on after any end; one that is done is not done again.
    `store` is where checkpoints are kept, by default in that folder: of no other run, for what is
    not needed any more is deleted there. `name` is the stage's.
    Raises `InvalidError` where nothing can be learnt from, and errors as `Stage.carry_out`.
    """
    stage = Stage(name, folder, base, data, settings, store)
    if stage.done:
        return folder / "model"
    trainer = SFTTrainer(
        model=str(base),
        args=SFTConfig(
            **stage.arguments(),
            model_init_kwargs={"dtype": precision(settings.lora_rank), "device_map": None},
            completion_only_loss=True,
            max_length=None,
            metric_for_best_model="loss" if stage.held_out else None,
        ),
        **stage.tables(),
        processing_class=stage.processor,
        peft_config=adapters(settings.lora_rank),
    )
    return stage.carry_out(trainer)
