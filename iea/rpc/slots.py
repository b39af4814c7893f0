"""A bound on heavy work: so many pieces at once, so many waiting, the rest is turned away."""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from iea.rpc import context, metrics
from iea.rpc.context import BusyError

_FIRST_GUESS_S = 0.5
"""Seconds that a piece of work is taken to need before one was measured."""
_NEWEST = 0.2
"""The weight of the newest piece in the mean: old ones fade after about five."""
_RETRY_S = (0.1, 60.0)
"""Seconds: no caller is told to come back sooner, or later."""


class Slots:
    """`workers` pieces of work at once and `queue` waiting; `work` is what metrics call it."""

    def __init__(self, work: str, workers: int, queue: int) -> None:
        self._work = work
        self._workers = workers
        self._free = threading.Semaphore(workers)
        self._room = threading.Semaphore(workers + queue)
        self._lock = threading.Lock()
        self._present = 0
        self._mean_s = _FIRST_GUESS_S

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold a slot, after waiting for one no longer than the current call has time.

        Raises `BusyError` at once where the queue is full, and `DeadlineError` where the time ran
        out or the caller left.
        """
        if not self._room.acquire(blocking=False):
            metrics.TURNED_AWAY.labels(self._work).inc()
            raise BusyError(
                f"Too much {self._work} waits already: try again in a moment.", self.retry_s()
            )
        try:
            self._count(1)
            with metrics.WAITING.labels(self._work).track_inprogress():
                self._wait()
            started = time.monotonic()
            try:
                with metrics.WORKING.labels(self._work).track_inprogress():
                    yield
            finally:
                self._free.release()
                self._measure(time.monotonic() - started)
        finally:
            self._count(-1)
            self._room.release()

    def retry_s(self) -> float:
        """Return the seconds until all present work is done, by the mean of the latest pieces."""
        with self._lock:
            rounds = math.ceil(self._present / self._workers)
            low, high = _RETRY_S
            return min(max(rounds * self._mean_s, low), high)

    def _wait(self) -> None:
        context.check()
        # In short naps: a caller who left gives up the place in the queue.
        while not self._free.acquire(timeout=0.05):
            context.check()

    def _count(self, change: int) -> None:
        with self._lock:
            self._present += change

    def _measure(self, seconds: float) -> None:
        with self._lock:
            self._mean_s += _NEWEST * (seconds - self._mean_s)
