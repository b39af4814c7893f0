"""A run of training: its folder, from which it goes on after any end, and what it tells the world.

In the folder: `manifest.json` (what it is made from), `metrics.jsonl` (a line for every few steps),
`curves.html` (for people), `metrics.prom` (for Prometheus' node exporter), `state.json` (running,
done, or stopped with a reason; its heart-beat). Checkpoints are blobs; `checkpoint.json` names the
last one. Everything is written whole or not at all, so a kill -9 at any moment loses at most the
steps since the last checkpoint.
"""

import json
import platform
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from iea import files
from iea.blobs import Blobs, Store
from iea.errors import ConflictError, InvalidError, UnavailableError
from training.curves import page

State = Literal["running", "done", "stopped"]
_PACKAGES = ("iea", "numpy", "onnxruntime", "peft", "torch", "transformers", "trl")


@dataclass(frozen=True)
class Checkpoint:
    """Where a run stood: how many steps were done, and the bytes to go on from."""

    step: int
    data: bytes


class Run:
    """A run in a folder, new or begun before.

    `facts` is what the run is made from (stage, size, settings, digests of data and of the model
    that it starts from): a folder that was begun with other facts is refused with `ConflictError`,
    so no run ends as something else than it began.
    """

    def __init__(
        self, folder: Path, facts: Mapping[str, Any], *, store: Store | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._store = store or Blobs(folder / "checkpoints")
        self._adopt(json.loads(json.dumps(facts)))
        self.metrics = self._read_metrics()
        self._set("running")

    def _adopt(self, facts: dict[str, Any]) -> None:
        path = self.folder / "manifest.json"
        if not path.exists():
            _write(path, {"made_from": facts, "code": _code(), "environment": environment()})
            return
        begun = json.loads(path.read_text("utf-8"))["made_from"]
        other = sorted(k for k in begun.keys() | facts.keys() if begun.get(k) != facts.get(k))
        if other:
            raise ConflictError(
                f"{self.folder} was begun with another {', '.join(other)}: "
                "choose another folder, or the settings that it was begun with."
            )

    def _read_metrics(self) -> list[dict[str, Any]]:
        """Return the metrics up to the checkpoint: what came after it is done again."""
        path, last = self.folder / "metrics.jsonl", self._last()
        if not path.exists():
            return []
        lines = path.read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line.endswith("}")]
        kept = [row for row in rows if row["step"] <= (last["step"] if last else 0)]
        files.replace(path, "".join(json.dumps(row) + "\n" for row in kept).encode())
        return kept

    def log(self, step: int, **values: float) -> None:
        """Keep what was measured after so many steps, and draw the curves anew."""
        row = {"step": step, **{name: float(value) for name, value in values.items()}}
        self.metrics.append(row)
        with (self.folder / "metrics.jsonl").open("a") as lines:
            lines.write(json.dumps(row) + "\n")
        files.replace(self.folder / "curves.html", page(self.folder.name, self.metrics).encode())
        files.replace(self.folder / "metrics.prom", _exposed(self.folder.name, row).encode())
        self._set("running")

    def checkpoint(self, step: int, data: bytes) -> None:
        """Keep where the run stands, and forget where it stood.

        Raises `UnavailableError` where there is no room for it: the earlier one is kept then.
        """
        earlier = self._last()
        digest = self._store.put(data)
        _write(self.folder / "checkpoint.json", {"step": step, "sha256": digest})
        if earlier and earlier["sha256"] != digest:
            self._store.delete(earlier["sha256"])

    def resume(self) -> Checkpoint | None:
        """Return where the run stood when it ended, or None where it starts."""
        last = self._last()
        return Checkpoint(last["step"], self._store.get(last["sha256"])) if last else None

    def _last(self) -> dict[str, Any] | None:
        path = self.folder / "checkpoint.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else None

    def done(self, **results: Any) -> None:
        """Say that the run is complete, and what came of it."""
        self._set("done", results=results)

    def stop(self, reason: str) -> None:
        """Say that the run must not go on, and why."""
        self._set("stopped", reason=reason)

    def _set(self, state: State, **more: Any) -> None:
        step = self.metrics[-1]["step"] if self.metrics else 0
        _write(
            self.folder / "state.json",
            {"state": state, "step": step, "beat": round(time.time(), 1), **more},
        )


def state_of(folder: Path) -> dict[str, Any]:
    """Return the state of the run in a folder; raises `InvalidError` where there is none."""
    try:
        state: dict[str, Any] = json.loads((folder / "state.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise InvalidError(f"{folder} holds no run: name the folder of one.") from None
    return state


def environment() -> dict[str, str]:
    """Return what the code runs on: versions that may change a result."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _code() -> str:
    """Return the commit that is checked out, with a + where files were changed; or nothing."""
    here = Path(__file__).parent
    try:
        commit = _git(here, "rev-parse", "HEAD")
        return commit + ("+" if _git(here, "status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603
    return done.stdout.strip()


def _write(path: Path, value: Any) -> None:
    try:
        files.replace(path, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnavailableError(
            f"{path} cannot be written ({reason}): free space there and start the run again."
        ) from error


def _exposed(run: str, row: Mapping[str, float]) -> str:
    """Return a row in Prometheus' text format, for the node exporter's text files."""
    lines = ["# TYPE iea_training gauge"]
    lines += [f'iea_training{{run="{run}",value="{name}"}} {row[name]}' for name in row]
    return "\n".join(lines) + "\n"
