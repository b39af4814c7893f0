"""Where the process of a step runs."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class Executor(Protocol):
    """Starts processes of steps. Whether one runs is told by the lock of the step's folder."""

    def start(self, folder: Path, step: str) -> None:
        """Start a step of the pipeline in a folder and return at once."""


@dataclass
class Local:
    """Processes of this machine, apart from the one that starts them: they outlive it.

    A step may take `seconds` and `memory` bytes of its own data; one that takes more is ended, and
    stopped with that reason.
    """

    seconds: float = 86_400.0
    memory: int = 64 << 30
    _started: dict[Path, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, folder: Path, step: str) -> None:
        """Start a step, its output going to `log.txt` in the step's folder."""
        # Those that ended are asked for their status, or they would stay as zombies.
        self._started = {at: each for at, each in self._started.items() if each.poll() is None}
        place = folder / step
        if place in self._started:
            return  # it is starting, and does not hold its lock yet
        place.mkdir(parents=True, exist_ok=True)
        limits = [f"{self.seconds:g}", str(self.memory)]
        with (place / "log.txt").open("ab") as log:
            self._started[place] = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "training.job", str(folder), step, *limits],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End the processes that this executor started; they go on later from their checkpoints."""
        for process in self._started.values():
            process.terminate()
        for process in self._started.values():
            process.wait()
