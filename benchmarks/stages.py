"""What each stage of training does for the small planner, over three seeds from the base encoder.

`python -m benchmarks stages`: three runs of the pipeline, 40 minutes each, on one core (so that two
can be had at a time). Runs in out/runs/stages that are done or begun already are gone on with.
"""

import json
import os
import statistics
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.timing import keep, machine
from tests.photos import PHOTOS
from training import command, pipeline
from training.evaluate import FIGURES
from training.order import STAGES

RUNS = Path("out/runs/stages")
SEEDS = (0, 1, 2)
EXAMPLES = 2000
"""Synthetic ones; all else is as it is configured."""
PLANNERS = ("nothing", "auto", *STAGES)


def main() -> None:
    """Carry the pipelines out and write the tables."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    photos = RUNS / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    for name, photo in PHOTOS.items():
        (photos / f"{name}.png").write_bytes(photo.data())
    settings, sources = [f"prepare.count={EXAMPLES}"], [f"photos={photos}"]
    for seed in SEEDS:
        name = f"seed-{seed}"
        command.train(
            RUNS, "all", name=name, size="small", seed=seed, sources=sources, settings=settings
        )
    keep("stages", _report([RUNS / f"seed-{seed}" for seed in SEEDS]))


def _report(folders: list[Path]) -> Iterable[str]:
    found = [pipeline.results_of(folder, "evaluate")["figures"] for folder in folders]
    yield "# The stages of training: the small planner after each, over three seeds"
    yield ""
    last = {name: _metrics(folders[0] / name)[-1]["step"] for name in STAGES}
    steps = ", ".join(f"{name} {count} steps" for name, count in last.items())
    yield f"Means and deviations of {len(folders)} runs from the base encoder ({steps}), on"
    yield f"requests whose photos and wordings no stage saw. {machine()}"
    yield ""
    yield "| figure | " + " | ".join(PLANNERS) + " |"
    yield "|---|" + "---:|" * len(PLANNERS)
    for figure, meaning in FIGURES.items():
        cells = (_cell([each[name]["all"].get(figure) for each in found]) for name in PLANNERS)
        yield f"| {figure}: {meaning} | " + " | ".join(cells) + " |"
    held = {stage: [_held_out(folder / stage) for folder in folders] for stage in STAGES}
    for language in ("en", "others"):
        cells = (_cell([each[language] for each in held[stage]]) for stage in STAGES)
        yield f"| held-out wordings read exactly right, {language} | - | - | {' | '.join(cells)} |"
    least = (f"{min(_minutes(folder / stage) for folder in folders):.0f}" for stage in STAGES)
    yield f"| minutes on one core, of the least disturbed seed | - | - | {' | '.join(least)} |"
    yield ""
    yield "| seed | reward of held-out requests before grpo | after | share of time in rewards |"
    yield "|---|---:|---:|---:|"
    for folder in folders:
        rows = _metrics(folder / "grpo")
        told = [row["held_out"] for row in rows if "held_out" in row]
        share = statistics.fmean(row["share of rewards"] for row in rows[1:])
        yield f"| {folder.name} | {told[0]:.3f} | {told[-1]:.3f} | {share:.2f} |"


def _cell(values: list[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    return f"{statistics.fmean(known):.3f} ± {statistics.pstdev(known):.3f}"


def _held_out(stage: Path) -> Mapping[str, float]:
    manifest = json.loads((stage / "model" / "manifest.json").read_text("utf-8"))
    right = dict(manifest["held_out_right"])
    return {"en": right.pop("en"), "others": statistics.fmean(right.values())}


def _minutes(stage: Path) -> float:
    return sum(row.get("seconds", 0.0) for row in _metrics(stage)) / 60


def _metrics(stage: Path) -> list[dict[str, Any]]:
    lines = (stage / "metrics.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]
