"""A pipeline: steps that follow each other, whatever dies in between.

Where a pipeline stands is read from its folder, and nowhere else: a step is done, stopped, at work
(its process holds the lock of the step's folder, which the kernel frees however that process ends),
or to be started, again if it was begun before. So `advance` can be called by anybody, at any time,
twice at once, and after any kill -9: what runs is left alone, what died goes on from its
checkpoint, and every step ends once.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from iea import files
from training.executors import Executor
from training.order import read_order

MAX_ATTEMPTS = 3
"""So many times a step is started before it counts as one that cannot end."""

State = Literal["waiting", "running", "died", "done", "stopped"]


@dataclass(frozen=True)
class Progress:
    """Where a step, or a pipeline, stands; `step` is "" for a pipeline that is done."""

    state: State
    step: str = ""
    reason: str = ""


def advance(folder: Path, executor: Executor) -> Progress:
    """Start what is to be started next in the pipeline of a folder, and say where it stands."""
    found = standing(folder)
    if found.state in ("done", "running", "stopped"):
        return found
    step = found.step
    if attempts(folder, step) >= MAX_ATTEMPTS:
        reason = f"It ended {MAX_ATTEMPTS} times without a result: see {folder / step}/log.txt."
        keep_state(folder / step, "stopped", reason=reason)
        return Progress("stopped", step, reason)
    executor.start(folder, step)
    return Progress("running", step)


def standing(folder: Path) -> Progress:
    """Say where a pipeline stands: where its first step does that is not done."""
    steps = (progress_of(folder, step) for step in read_order(folder).steps)
    return next((found for found in steps if found.state != "done"), Progress("done"))


def carry_out(
    folder: Path,
    executor: Executor,
    told: Callable[[Progress], None] = lambda _: None,
    pause: float = 0.5,
) -> Progress:
    """Advance until the pipeline is done or stopped; `told` hears of it at every look."""
    while (progress := advance(folder, executor)).state == "running":
        told(progress)
        time.sleep(pause)
    return progress


def progress_of(folder: Path, step: str) -> Progress:
    """Say where a step stands."""
    path = folder / step / "step.json"
    if not path.exists():
        return Progress("running" if _is_held(folder / step) else "waiting", step)
    kept = json.loads(path.read_text("utf-8"))
    if kept["state"] == "running" and not _is_held(folder / step):
        # It may have ended between the two looks.
        kept = json.loads(path.read_text("utf-8"))
        if kept["state"] == "running":
            return Progress("died", step)
    return Progress(kept["state"], step, kept.get("reason", ""))


def results_of(folder: Path, step: str) -> dict[str, Any]:
    """Return what a step that is done said of its results."""
    kept: dict[str, Any] = json.loads((folder / step / "step.json").read_text("utf-8"))
    results: dict[str, Any] = kept["results"]
    return results


def attempts(folder: Path, step: str) -> int:
    """Return how often a step was begun."""
    path = folder / step / "attempts"
    return len(path.read_text().splitlines()) if path.exists() else 0


def keep_state(folder: Path, state: State, **more: Any) -> None:
    """Write where a step stands into its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"state": state, **more}, indent=1, ensure_ascii=False)
    files.replace(folder / "step.json", (text + "\n").encode())


@contextmanager
def holding(folder: Path) -> Iterator[bool]:
    """Hold the lock of a step's folder, if nobody else does: that is what it yields."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        yield False
        return
    try:
        yield True
    finally:
        os.close(handle)


def _is_held(folder: Path) -> bool:
    if not (folder / "lock").exists():
        return False
    with holding(folder) as free:
        return not free


def last_metrics(folder: Path, step: str) -> dict[str, Any]:
    """Return what a step measured last, nothing where it measures nothing."""
    path = folder / step / "metrics.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return dict(json.loads(lines[-1])) if lines else {}
