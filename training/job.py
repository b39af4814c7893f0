"""One step of a pipeline, as a process: `python -m training.job FOLDER STEP SECONDS MEMORY`."""

import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from iea.errors import ExhaustedError, IeaError
from training.order import read_order
from training.pipeline import holding, keep_state, progress_of
from training.steps import STEPS


def main(folder: Path, step: str, seconds: float, memory: int) -> int:
    """Carry a step out, once: where another process is at it, or it is done, nothing happens."""
    place = folder / step
    with holding(place) as mine:
        if not mine or progress_of(folder, step).state in ("done", "stopped"):
            return 0
        with (place / "attempts").open("a") as attempts:
            attempts.write(f"{os.getpid()} {time.time():.0f}\n")
        keep_state(place, "running")
        try:
            with _limited(seconds, memory):
                results = STEPS[step](read_order(folder), folder)
        except MemoryError:
            return _stopped(place, f"It needs more than {memory:,} bytes of memory.")
        except (IeaError, ArithmeticError) as error:
            return _stopped(place, str(error))
        keep_state(place, "done", results=results)
    return 0


def _stopped(place: Path, reason: str) -> int:
    print(reason, file=sys.stderr)  # noqa: T201 - the process's own log
    keep_state(place, "stopped", reason=reason)
    return 1


@contextmanager
def _limited(seconds: float, memory: int) -> Iterator[None]:
    def late(_signal: int, _frame: FrameType | None) -> None:
        raise ExhaustedError(f"It took more than {seconds:g} seconds: give it more, or less to do.")

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])))
