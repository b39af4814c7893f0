"""What stands between a trainer and its run: metrics, guards, checkpoints."""

import json
import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from accelerate import PartialState
from tqdm import tqdm
from transformers import EarlyStoppingCallback, TrainerCallback

from iea.blobs import Store
from iea.errors import CheckFailedError
from training.runs import Run
from training.vlm.checkpoints import Files, pack

NAMES = {
    "completions/mean_length": "length",
    "completions/clipped_ratio": "cut_off",
    "eval_likeness": "held_out",
    "grad_norm": "gradient",
    "learning_rate": "rate",
    "mean_token_accuracy": "accuracy",
}
"""What a run calls some of a trainer's measures; all that start with `eval_` are held out."""
KEPT = {
    *("loss", "entropy", "kl", "reward", "reward_std", "step_time"),
    *("tools", "invalid", "unrewarded", "reward_seconds"),
    *("likeness", "usefulness", "progress", "agreement", "rouge_l"),
    *("needless", "clipping", "noise", "refusal"),
}
"""The measures that a run keeps under their own names; a trainer has twenty more."""


@dataclass(frozen=True)
class Kept:
    """What a run goes on from; and what the step of the best evaluation left, if there was one."""

    files: Files
    best: Files

    def pieces(self) -> set[str]:
        """Return the digests of all pieces."""
        return {piece for packed in (self.files, self.best) for p in packed.values() for piece in p}


class Recorder(TrainerCallback):  # type: ignore[misc]
    """Logs to a run, stops it where it must not go on, and keeps its checkpoints as blobs.

    A trainer calls all of it in every process; the first alone does something.

    A checkpoint's data are `Kept` as JSON; `last` are those of the one that a run goes on from.
    """

    def __init__(
        self,
        run: Run,
        store: Store,
        last: Kept | None,
        hacked: Callable[[list[dict[str, Any]]], str],
    ) -> None:
        self._run, self._store, self._hacked = run, store, hacked
        self._last = last or Kept({}, {})
        self._bar: Any = None

    def on_train_begin(self, _: Any, state: Any, __: Any, **___: Any) -> None:
        """Show how far the run is."""
        shown = state.is_world_process_zero
        done, whole = state.global_step, state.max_steps
        self._bar = tqdm(initial=done, total=whole, unit="step", disable=not shown)

    def on_step_end(self, _: Any, __: Any, ___: Any, **____: Any) -> None:
        """Count a step."""
        self._bar.update()

    def on_train_end(self, _: Any, __: Any, ___: Any, **____: Any) -> None:
        """Leave the bar as it is."""
        self._bar.close()

    def on_log(self, _: Any, state: Any, __: Any, logs: Mapping[str, Any], **___: Any) -> None:
        """Log what was measured; raises `CheckFailedError` where the run must stop."""
        if not state.is_world_process_zero:
            return
        for name in ("loss", "grad_norm"):
            if not math.isfinite(logs.get(name, 0.0)):
                raise CheckFailedError(
                    f"The {name} is {logs[name]} at step {state.global_step}: lower the rate."
                )
        if row := measured(logs):
            self._run.log(state.global_step, **row)
        if reason := self._hacked(self._run.metrics):
            raise CheckFailedError(reason)

    def on_save(self, args: Any, state: Any, _: Any, **__: Any) -> None:
        """Keep the checkpoint that the trainer has written, and remove its folder."""
        PartialState().wait_for_everyone()
        if not state.is_world_process_zero:
            return
        folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        packed = pack(folder, self._store)
        best = packed if state.best_global_step == state.global_step else self._last.best
        before, self._last = self._last, Kept(packed, best)
        self._run.checkpoint(state.global_step, json.dumps(asdict(self._last)).encode())
        for piece in before.pieces() - self._last.pieces():
            self._store.delete(piece)
        shutil.rmtree(folder)


class Patience(EarlyStoppingCallback):  # type: ignore[misc]
    """Ends a run that no longer gets better."""

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Say nothing about the best model: `Kept` has it."""


def measured(logs: Mapping[str, Any]) -> dict[str, float]:
    """Return the row of a run for what a trainer logged, by the names that runs use."""
    row = {}
    for name, value in logs.items():
        plain = name.removeprefix("eval_")
        held_out = "held_out_" if plain != name else ""
        known = NAMES.get(name) or (held_out + NAMES.get(plain, plain))
        wanted = name in NAMES or plain in NAMES or plain in KEPT
        if wanted and isinstance(value, int | float) and math.isfinite(value):
            row[known] = float(value)
    return row
