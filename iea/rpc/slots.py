"""A bound on heavy work: so many pieces at once, so many waiting, the rest is turned away."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from iea.errors import ExhaustedError
from iea.rpc import context, metrics


class Slots:
    """`workers` pieces of work at once and `queue` waiting; `work` is what metrics call it."""

    def __init__(self, work: str, workers: int, queue: int) -> None:
        self._work = work
        self._free = threading.Semaphore(workers)
        self._room = threading.Semaphore(workers + queue)

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold a slot, after waiting for one no longer than the current call has time.

        Raises `ExhaustedError` at once where the queue is full, and `DeadlineError` where the time
        ran out or the caller left.
        """
        if not self._room.acquire(blocking=False):
            raise ExhaustedError(f"Too much {self._work} waits already: try again in a moment.")
        try:
            with metrics.WAITING.labels(self._work).track_inprogress():
                self._wait()
            try:
                with metrics.WORKING.labels(self._work).track_inprogress():
                    yield
            finally:
                self._free.release()
        finally:
            self._room.release()

    def _wait(self) -> None:
        context.check()
        # In short naps: a caller who left gives up the place in the queue.
        while not self._free.acquire(timeout=0.1):
            context.check()
