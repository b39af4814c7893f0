"""The Celery application: `celery -A training.app worker --beat -Q cpu` carries pipelines on.

Two tasks, both short. Every few seconds beat sends `sweep`, which sends `advance` for each pipeline
that is not at its end, to the queue of the step that comes next. `advance` starts that step's
process if none is at it. No message matters: one that is lost is sent again by the next sweep, one
that comes twice finds the step at work. `nightly` exports the sessions that people allow training
on, and orders a pipeline on them.

Settings: `IEA_BROKER_URL` (Redis), `IEA_RESULTS_URL` (where Celery keeps results: Postgres, or an
SQLite file), `IEA_RUNS_DIR` (the folder of the pipelines, which all workers share), `IEA_DATA_DIR`
(the services' stores, which the traces come from) and `IEA_PHOTOS_DIR` (the photos that synthetic
records are about; without it there is no nightly order).
"""

import os
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import celeryd_init
from celery.utils.log import get_task_logger

from training import pipeline
from training.executors import Local
from training.order import STAGES, Order, orders, read_order

SWEEP_S = 5.0
LONGEST_S = 60.0
"""A task that takes longer hangs: the work itself is in processes of its own."""
EXPORT_S = 3600.0
"""An export copies photos, which is more than other tasks do."""

runs = Path(os.environ.get("IEA_RUNS_DIR", "out/runs"))
app = Celery(
    "training",
    broker=os.environ.get("IEA_BROKER_URL", "redis://127.0.0.1:6379/0"),
    backend=os.environ.get("IEA_RESULTS_URL", f"db+sqlite:///{runs.absolute()}/results.sqlite"),
)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=LONGEST_S,
    task_default_queue="cpu",
    broker_transport_options={"visibility_timeout": 2 * LONGEST_S},
    broker_connection_retry_on_startup=True,
    result_expires=86_400,
    beat_schedule={
        "sweep": {"task": "training.sweep", "schedule": SWEEP_S, "options": {"expires": SWEEP_S}},
        "nightly": {"task": "training.nightly", "schedule": crontab(hour="2", minute="0")},
    },
    beat_schedule_filename=str(runs / "beat"),
)
_executor = Local()
_log = get_task_logger(__name__)


@celeryd_init.connect  # type: ignore[untyped-decorator]
def _make_folder(**_: Any) -> None:
    """Make the folder before a worker keeps its schedule and results there."""
    runs.mkdir(parents=True, exist_ok=True)


@app.task(name="training.sweep")  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Send every pipeline that is not at its end on its way; returns how many these are."""
    sent = 0
    for folder in orders(runs):
        found = pipeline.standing(folder)
        if found.state not in ("done", "stopped"):
            queue = queue_of(folder, found.step)
            advance.apply_async((folder.name,), queue=queue, expires=SWEEP_S)
            sent += 1
    return sent


@app.task(name="training.advance")  # type: ignore[untyped-decorator]
def advance(name: str) -> dict[str, Any]:
    """Start what comes next in a pipeline, and say where it stands."""
    return asdict(pipeline.advance(runs / name, _executor))


# Acknowledged at once: one that takes so long would be sent again while it is at work.
@app.task(name="training.nightly", time_limit=EXPORT_S, acks_late=False)  # type: ignore[untyped-decorator]
def nightly() -> str:
    """Order a pipeline on the consented sessions and return its name, "" where there are none.

    Its end is a proposal, for people to promote.
    """
    photos = os.environ.get("IEA_PHOTOS_DIR", "")
    if not photos:
        return ""
    name = f"nightly-{datetime.now(UTC):%Y-%m-%d}"
    traces = runs / name / "traces"
    if not (traces / "manifest.json").exists():
        command = [sys.executable, "-m", "iea.cli", "traces", "export", str(traces)]
        done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - our own
        if done.returncode:
            _log.warning("Nothing is ordered: %s", done.stderr.strip())
            return ""
        _log.info("%s", done.stdout)
    Order(name, sources={"traces": str(traces.absolute()), "photos": photos}).save(runs)
    return name


def queue_of(folder: Path, step: str) -> str:
    """Return the queue whose workers have what a step needs."""
    return "gpu" if step in STAGES and read_order(folder).size == "vlm" else "cpu"
