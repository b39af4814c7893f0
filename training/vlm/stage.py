"""What the stages have in common: a run, its data, how a trainer is set up, and its end."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from safetensors import SafetensorError
from transformers import ProgressCallback

from iea.blobs import Blobs, Store
from iea.errors import IeaError, InvalidError, UnavailableError
from training.records import Dataset, Record, Skipped
from training.runs import Run, state_of
from training.vlm.checkpoints import unpack
from training.vlm.model import digest, finish, freeze, reload
from training.vlm.pictures import Pictures, processor
from training.vlm.recorder import Kept, Patience, Recorder
from training.vlm.rows import table, usable
from training.vlm.settings import Grpo, Sft

_OF_THE_MACHINE = ("device_batch", "rollout_devices", "rollout_memory")
"""Settings about what fits: a run may go on with others."""


class Stage:
    """A stage of training in the folder of its run, new or begun before.

    Every process of a distributed run makes one; the first tells the run how it goes.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        base: Path,
        data: Dataset,
        settings: Sft | Grpo,
        store: Store | None,
    ) -> None:
        self.folder, self.base, self.settings = folder, base, settings
        self._store = store or Blobs(folder / "checkpoints")
        facts = {
            "stage": name,
            "size": "vlm",
            "settings": {n: v for n, v in asdict(settings).items() if n not in _OF_THE_MACHINE},
            "data": data.card["sha256"],
            "model": digest(base),
        }
        with PartialState().main_process_first():
            before = state_of(folder) if (folder / "state.json").exists() else {}
            self._run = Run(folder, facts, store=self._store)
            self.done = before.get("state") == "done"
            if self.done:
                self._run.done(**before["results"])
        if self.done:
            return
        try:
            self._prepare(data)
        except IeaError as error:
            self._run.stop(str(error))
            raise

    def _prepare(self, data: Dataset) -> None:
        self.processor = processor(self.base)
        self.pictures = Pictures(data.blobs)
        self.skipped = Skipped()
        learn = self._usable(data.part("train"))
        held_out = self._usable(data.part("test")[: self.settings.held_out])
        if not learn:
            reasons = ", ".join(f"{n} {reason}" for reason, n in self.skipped.counts.items())
            raise InvalidError(f"{data.folder} has no record to learn from ({reasons or 'empty'}).")
        self.records = learn + held_out
        self._learnt = len(learn)

    def _usable(self, records: list[Record]) -> list[Record]:
        return usable(records, self.pictures, self.settings, self.skipped)

    @property
    def held_out(self) -> bool:
        """Whether there are records to evaluate on."""
        return len(self.records) > self._learnt

    def tables(self) -> dict[str, Any]:
        """Return the data as trainers take them; a row's `record` is an index of `records`."""
        learn = range(self._learnt)
        held_out = range(self._learnt, len(self.records)) if self.held_out else None
        return {
            name: chosen and table(self.records, chosen, self.pictures, self.settings.toolset)
            for name, chosen in (("train_dataset", learn), ("eval_dataset", held_out))
        }

    def arguments(self) -> dict[str, Any]:
        """Return what both trainers are told."""
        settings, on_gpu = self.settings, torch.cuda.is_available()
        return {
            "output_dir": str(self.folder / "trainer"),
            "num_train_epochs": settings.epochs,
            "max_steps": settings.steps or -1,
            "learning_rate": settings.rate,
            "lr_scheduler_type": "cosine",
            "warmup_steps": settings.warm_up,
            "per_device_train_batch_size": settings.device_batch,
            "per_device_eval_batch_size": settings.device_batch,
            "gradient_accumulation_steps": settings.accumulated(PartialState().num_processes),
            "bf16": on_gpu,
            "use_cpu": not on_gpu,
            "activation_checkpointing": on_gpu,
            "logging_steps": 1,
            # Otherwise a loss that is no number is logged as the mean of those before.
            "logging_nan_inf_filter": False,
            "save_steps": settings.save_every,
            "eval_strategy": "steps" if self.held_out else "no",
            "eval_steps": settings.save_every,
            "restore_callback_states_from_checkpoint": True,
            "remove_unused_columns": False,
            "report_to": "none",
            "seed": settings.seed,
        }

    def carry_out(
        self, trainer: Any, hacked: Callable[[list[dict[str, Any]]], str] = lambda rows: ""
    ) -> Path:
        """Train from where the run stood to its end; returns the folder of the trained model.

        Raises an error of `iea.errors`, which the run then tells as the reason why it stopped:
        `CheckFailedError` where it must not go on, `UnavailableError` where there is no room.
        """
        freeze(trainer.model)
        step, last = self._last()
        trainer.remove_callback(ProgressCallback)
        trainer.add_callback(Recorder(self._run, self._store, last, hacked))
        if self.held_out:
            trainer.add_callback(Patience(self.settings.patience))
        try:
            restored = self._restored(step, last)
            if restored and not self.settings.lora_rank:
                reload(trainer.model, restored)
            trainer.train(resume_from_checkpoint=restored and str(restored))
            return self._end()
        except (OSError, SafetensorError, RuntimeError) as error:
            if not _no_room(error):
                raise
            told = UnavailableError(
                f"There is no room for {self.folder} ({error}): free space on the disk, or lower "
                "device_batch where the memory of a GPU was full, and start the run again."
            )
            self._run.stop(str(told))
            raise told from error
        except IeaError as error:
            self._run.stop(str(error))
            raise

    def _last(self) -> tuple[int, Kept | None]:
        """Return the step of the last checkpoint, and what was kept then."""
        checkpoint = self._run.resume()
        return (checkpoint.step, Kept(**json.loads(checkpoint.data))) if checkpoint else (0, None)

    def _restored(self, step: int, last: Kept | None) -> Path | None:
        """Write the last checkpoint for the trainer to go on from, one on each machine."""
        folder = self.folder / "trainer"
        checkpoint = folder / f"checkpoint-{step}"
        with PartialState().local_main_process_first():
            if PartialState().is_local_main_process:
                # What lies there was being written when the run was killed.
                shutil.rmtree(folder, ignore_errors=True)
                if last:
                    unpack(last.files, self._store, checkpoint)
        return checkpoint if last else None

    def _end(self) -> Path:
        model = self.folder / "model"
        with PartialState().main_process_first():
            if PartialState().is_main_process:
                _, last = self._last()
                assert last is not None, "a trainer keeps a checkpoint at its last step"
                chosen = {n: p for n, p in (last.best or last.files).items() if _of_model(n)}
                trained = unpack(chosen, self._store, self.folder / "trainer" / "best")
                finish(self.base, trained, model)
                shutil.rmtree(self.folder / "trainer")
                self._run.done(
                    model=digest(model),
                    records=self._learnt,
                    held_out=len(self.records) - self._learnt,
                    skipped=dict(self.skipped.counts),
                    skipped_examples=self.skipped.examples,
                )
                for piece in last.pieces():
                    self._store.delete(piece)
        return model


def _no_room(error: Exception) -> bool:
    """Tell whether a disk or a GPU is full; torch's own writer says so of disks in its own way."""
    if not isinstance(error, RuntimeError) or isinstance(error, torch.OutOfMemoryError):
        return True
    return "inline_container" in str(error)


def _of_model(name: str) -> bool:
    """Tell what of a checkpoint is the model, and not the state of its training."""
    return name.startswith(("adapter_", "model", "config.json", "generation_config.json"))
