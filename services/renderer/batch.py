"""Many renders under one request id, which go on where they were after a break."""

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import rfc8785

from iea.errors import IeaError, InvalidError, Violation
from iea.program import Program
from iea.rpc import context
from iea.rpc.context import BusyError, DeadlineError
from iea.rpc.slots import Slots
from services.renderer.journal import Journal, Result
from services.renderer.renders import Rendered, is_held
from services.renderer.work import Output, Renderer

MAX_ITEMS = 1000
MAX_REQUEST_ID = 64

_NAP_S = 0.25
"""The longest sleep of an item that is turned away: its caller may leave."""


@dataclass(frozen=True)
class Batch:
    """Every program on every photo. Item i is photo i // n and program i % n of n programs."""

    request_id: str
    photos: tuple[str, ...]
    programs: tuple[Program, ...]
    output: Output

    def __post_init__(self) -> None:
        """Refuse what is over the limits: `InvalidError` with every violation."""
        faults = []
        if not 0 < len(self.request_id) <= MAX_REQUEST_ID:
            faults.append(Violation("request_id", f"must have 1 to {MAX_REQUEST_ID} characters"))
        if not 0 < self.size <= MAX_ITEMS:
            what = f"times programs are {self.size:,} items: send 1 to {MAX_ITEMS:,}"
            faults.append(Violation("photo_sha256s", what))
        if faults:
            raise InvalidError("; ".join(f"{field} {what}" for field, what in faults), faults)

    @property
    def size(self) -> int:
        """The number of items."""
        return len(self.photos) * len(self.programs)

    def item(self, index: int) -> tuple[str, Program]:
        """Return the photo and the program of an item."""
        photo, program = divmod(index, len(self.programs))
        return self.photos[photo], self.programs[program]

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of all that the results depend on."""
        programs = [program.digest for program in self.programs]
        work = rfc8785.dumps([list(self.photos), programs, *self.output])
        return hashlib.sha256(work).hexdigest()


class Batches:
    """Carries batches out; what they came to is remembered in a folder of journals."""

    def __init__(self, renderer: Renderer, folder: Path, slots: Slots, workers: int) -> None:
        self._renderer = renderer
        self._folder = folder
        self._slots = slots
        self._workers = workers

    def run(self, batch: Batch) -> Iterator[tuple[int, Result]]:
        """Yield each item with what it came to: first those of earlier calls, then as they come.

        Raises `InvalidError` where the request id stands for other work, `BusyError` where too
        many batches run, `UnavailableError` where the folder cannot be written, and
        `DeadlineError`; what is wrong with an item is its result.
        """
        with self._slots.take(), Journal(self._folder, batch.request_id, batch.digest) as journal:
            done = {i: result for i, result in journal.results.items() if self._holds(result)}
            yield from sorted(done.items())
            yield from self._compute(
                batch, journal, [i for i in range(batch.size) if i not in done]
            )

    def _holds(self, result: Result) -> bool:
        return not isinstance(result, Rendered) or is_held(result, self._renderer.blobs)

    def _compute(
        self, batch: Batch, journal: Journal, items: list[int]
    ) -> Iterator[tuple[int, Result]]:
        def work(index: int) -> tuple[int, Result]:
            result = self._result(*batch.item(index), batch.output)
            # Here and not where results are sent: a slow reader does not keep them off the disk.
            journal.add(index, result)
            return index, result

        pool = ThreadPoolExecutor(self._workers, "batch")
        try:
            jobs = [pool.submit(copy_context().run, work, index) for index in items]
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _result(self, photo: str, program: Program, output: Output) -> Result:
        while True:
            try:
                return self._renderer.render(photo, program, output)
            except BusyError as busy:
                # A batch gives way: those who wait for one picture come first.
                context.check()
                time.sleep(min(busy.retry_s, _NAP_S))
            except DeadlineError:
                raise
            except IeaError as error:
                return error
