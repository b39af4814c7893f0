"""Heavy work is bounded: so much at once, so much waiting, the rest is told at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import REGISTRY

from iea.errors import ExhaustedError
from iea.rpc import context
from iea.rpc.context import BusyError, Call, DeadlineError
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


def test_whoever_is_turned_away_hears_when_to_come_back() -> None:
    slots, release, entered = Slots("testing", 2, 2), threading.Event(), threading.Semaphore(0)
    for _ in range(30):
        with slots.take():
            time.sleep(0.02)
    assert 0.1 <= slots.retry_s() < 0.15, "nobody is told to come back sooner"
    for _ in range(20):
        with slots.take():
            time.sleep(0.1)
    refused = REGISTRY.get_sample_value("iea_slots_turned_away_total", {"work": "testing"}) or 0
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(_held, slots, release, entered) for _ in range(4)]
        for _ in range(2):
            assert entered.acquire(timeout=5)
        while REGISTRY.get_sample_value("iea_slots_waiting", {"work": "testing"}) != 2:
            time.sleep(0.005)
        with pytest.raises(BusyError) as busy, slots.take():
            pass
        # Two rounds of a tenth of a second.
        assert 0.19 < busy.value.retry_s < 0.3
        release.set()
        for job in jobs:
            job.result(5)
    after = REGISTRY.get_sample_value("iea_slots_turned_away_total", {"work": "testing"})
    assert after is not None
    assert after > refused
