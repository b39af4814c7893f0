"""Heavy work is bounded: so much at once, so much waiting, the rest is told at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import REGISTRY

from iea.errors import ExhaustedError
from iea.rpc import context
from iea.rpc.context import Call, DeadlineError
from iea.rpc.slots import Slots


def _held(slots: Slots, release: threading.Event, entered: threading.Semaphore) -> None:
    with slots.take():
        entered.release()
        release.wait(10)


def test_so_many_work_so_many_wait_and_the_rest_is_turned_away() -> None:
    slots, release, entered = Slots("testing", 2, 1), threading.Event(), threading.Semaphore(0)
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(_held, slots, release, entered) for _ in range(3)]
        assert entered.acquire(timeout=5)
        assert entered.acquire(timeout=5)
        assert not entered.acquire(timeout=0.2)
        for gauge, value in (("working", 2), ("waiting", 1)):
            assert REGISTRY.get_sample_value(f"iea_slots_{gauge}", {"work": "testing"}) == value
        with pytest.raises(ExhaustedError, match="testing"), slots.take():
            pass
        release.set()
        for job in jobs:
            job.result(5)
    with slots.take():
        pass


def test_whoever_runs_out_of_time_leaves_the_queue() -> None:
    slots, release, entered = Slots("testing", 1, 1), threading.Event(), threading.Semaphore(0)

    def hasty() -> None:
        context.enter(Call("r", time.monotonic() + 0.15))
        with slots.take():
            pass

    with ThreadPoolExecutor(2) as pool:
        job = pool.submit(_held, slots, release, entered)
        assert entered.acquire(timeout=5)
        for _ in range(2):
            with pytest.raises(DeadlineError):
                pool.submit(hasty).result(5)
        release.set()
        job.result(5)
