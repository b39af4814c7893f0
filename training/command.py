"""What `iea train` does, a pipeline on this machine and a look at all; and `iea traces export`."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from iea.blobs import Store
from iea.errors import InvalidError
from training import pipeline
from training.executors import Local
from training.importers import traces
from training.order import STAGES, STEPS, Order, Size, orders, read_order
from training.pipeline import Progress
from training.records import Skipped
from training.registry import Registry

UNTIL = {
    "sft": ("sft",),  # it learns from the corpus alone
    **{stage: STEPS[: STEPS.index(stage) + 1] for stage in STAGES if stage != "sft"},
    "all": STEPS,
}
"""The steps that lead to what is asked for."""


def train(
    runs: Path,
    until: str,
    *,
    name: str,
    size: Size,
    seed: int,
    sources: Sequence[str],
    settings: Sequence[str],
) -> int:
    """Carry a pipeline out, or go on with one; returns the exit status.

    `sources` are KIND=FOLDER and `settings` STEP.NAME=VALUE, the values in JSON.
    """
    order = Order(name, size, UNTIL[until], seed, dict(_pair(text) for text in sources))
    order.settings.update(_settings(settings))
    folder, executor = order.save(runs), Local()
    shown = ""

    def told(progress: Progress) -> None:
        nonlocal shown
        line = _line(folder, progress)
        if line != shown:
            print(line, file=sys.stderr)
            shown = line

    try:
        progress = pipeline.carry_out(folder, executor, told)
    except KeyboardInterrupt:
        executor.stop()
        print(f"Stopped: the same command goes on with {folder}.", file=sys.stderr)
        return 1
    if progress.state == "stopped":
        print(f"{progress.step} stopped: {progress.reason}", file=sys.stderr)
        return 1
    for step in order.steps:
        print(f"{step}: {json.dumps(pipeline.results_of(folder, step), ensure_ascii=False)}")
    return 0


def export(sessions: Iterable[Mapping[str, Any]], photos: Store, target: Path) -> int:
    """Export the sessions that people allow training on, and print what training gets of them."""
    skipped = Skipped()
    shown = tqdm(sessions, unit="session", disable=None, leave=False)
    manifest = traces.export(shown, photos, target, skipped)
    pairs = tqdm(traces.read(target, skipped), total=manifest["count"], disable=None, leave=False)
    became = Counter(record.source for pair in pairs for record in pair.records)
    first, last = manifest["span"]
    print(f"sessions: {manifest['count']}, from {first} to {last}")
    print(
        f"turns: {became['traces/kept']} kept, {became['traces/undone']} undone, "
        f"{became['traces/by hand']} changed by hand"
    )
    for reason, count in skipped.counts.most_common():
        print(f"left out: {reason} ({count})")
    return 0


def status(runs: Path) -> int:
    """Print where all pipelines stand, and which models serve."""
    for folder in orders(runs):
        print(folder.name)
        for step in read_order(folder).steps:
            progress = pipeline.progress_of(folder, step)
            reason = f": {progress.reason}" if progress.reason else ""
            print(f"  {_line(folder, progress)}{reason}")
    registry = Registry(runs / "models")
    for name in sorted(path.name for path in (runs / "models").glob("*")):
        serving = registry.serving(name)
        canary = f", {serving.canary} as a canary" if serving.canary else ""
        print(f"{name}: versions {registry.versions(name)}, {serving.version} serves{canary}")
    return 0


def promote(runs: Path, name: str, version: int | None) -> int:
    """Have a version serve alone, by default the canary."""
    registry = Registry(runs / "models")
    chosen = version or registry.serving(name).canary
    if not chosen:
        raise InvalidError(f"{name} has no canary: name a version with --version.")
    registry.promote(name, chosen)
    return _told(registry, name)


def roll_back(runs: Path, name: str) -> int:
    """Take the canary away or, without one, go back to the version before."""
    registry = Registry(runs / "models")
    registry.roll_back(name)
    return _told(registry, name)


def _told(registry: Registry, name: str) -> int:
    version = registry.serving(name).version
    if version:
        print(f"{name} {version} serves: IEA_PLANNER_MODEL={registry.folder(name, version)}")
    else:
        print(f"The model that comes with the planner serves as {name}.")
    return 0


def _line(folder: Path, progress: Progress) -> str:
    """Say in a line where a step stands, with what was measured last."""
    metrics = pipeline.last_metrics(folder, progress.step)
    shown = " ".join(f"{key} {value:.4g}" for key, value in metrics.items())
    return f"{progress.step:10} {progress.state:8} {shown}".rstrip()


def _pair(text: str) -> tuple[str, str]:
    kind, sign, folder = text.partition("=")
    if not sign or not kind or not folder:
        raise InvalidError(f"{text!r} is no source: write KIND=FOLDER, such as photos=pictures.")
    return kind, str(Path(folder).absolute())


def _settings(texts: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        place, sign, value = text.partition("=")
        step, dot, name = place.partition(".")
        try:
            read = json.loads(value)
        except ValueError:
            read = None
        if not sign or not dot or step not in STEPS or read is None:
            raise InvalidError(f"{text!r} is no setting: write STEP.NAME=VALUE, the value in JSON.")
        found.setdefault(step, {})[name] = read
    return found
