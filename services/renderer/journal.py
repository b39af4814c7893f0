"""What a batch came to so far, on disk.

Write protocol. A batch's journal is `folder/SHA-256 of its request id.jsonl`. Its first line names
the batch's work by digest; every further line is one item's result. A line is appended, then the
file is fsynced, and only then is anybody told (the folder is fsynced when the file is made). So a
crash leaves all results that somebody heard of, and at most one torn line at the end, which is cut
off when the journal is opened next. A lock on the file (flock, which dies with its process) keeps
two calls, or two servers on one folder, from carrying out the same batch at once.

Results that another try could change (no such photo, the disk is full) are not written.
"""

import fcntl
import hashlib
import io
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from iea.errors import IeaError, InvalidError, UnavailableError, Violation
from iea.rpc import context
from services.renderer.renders import Rendered

KEPT_S = 7 * 86_400
"""Seconds that a journal is kept after its last result."""

_NAP_S = 0.05

Result = Rendered | IeaError
"""What an item came to: its render, or what is wrong with it."""


class Journal:
    """The results of a batch; a context that holds the batch's lock.

    `results` are those of earlier calls, by item. Entering raises `InvalidError` where the request
    id was used for a batch with another digest, `DeadlineError` where another call holds the batch
    for longer than the current one has time, and `UnavailableError` where it cannot be written.
    """

    def __init__(self, folder: Path, request_id: str, digest: str) -> None:
        self._folder = folder
        self._request_id = request_id
        self._digest = digest
        self._path = folder / f"{hashlib.sha256(request_id.encode()).hexdigest()}.jsonl"
        self._lock = threading.Lock()
        self._end = 0
        self.results: dict[int, Result] = {}

    def __enter__(self) -> Self:
        """Wait for the lock, then read what is there."""
        with _told_as_unavailable(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            _drop_old(self._folder)
            self._file = _locked(self._path)
            try:
                self._read()
            except BaseException:
                self._file.close()
                raise
        return self

    def __exit__(self, *error: object) -> None:
        """Let go of the lock."""
        self._file.close()

    def add(self, item: int, result: Result) -> None:
        """Remember an item's result, if it is final; on disk then. May be called by any thread."""
        if not isinstance(result, Rendered | InvalidError):
            return
        with self._lock, _told_as_unavailable(self._folder):
            self._append({"item": item, **_to_json(result)})

    def _read(self) -> None:
        lines, self._end = _whole_lines(self._file.read())
        os.ftruncate(self._file.fileno(), self._end)
        if not lines:
            self._append({"batch": self._digest})
            _sync_folder(self._folder)
            return
        if lines[0]["batch"] != self._digest:
            what = f"{self._request_id!r} stands for another batch: choose a new one"
            raise InvalidError(f"The request id {what}.", [Violation("request_id", what)])
        self.results = {line["item"]: _from_json(line) for line in lines[1:]}

    def _append(self, line: Mapping[str, Any]) -> None:
        data = memoryview(json.dumps(line).encode() + b"\n")
        descriptor = self._file.fileno()
        try:
            written = 0
            while written < len(data):
                written += os.write(descriptor, data[written:])
            os.fsync(descriptor)
        except OSError:
            # Half a line would spoil the next one.
            with suppress(OSError):
                os.ftruncate(descriptor, self._end)
            raise
        self._end += len(data)


def _whole_lines(text: bytes) -> tuple[list[Any], int]:
    """Return the lines up to the first that a crash tore, and where they end."""
    lines, end = [], 0
    for line in text.splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        try:
            lines.append(json.loads(line))
        except ValueError:
            break
        end += len(line)
    return lines, end


@contextmanager
def _told_as_unavailable(folder: Path) -> Iterator[None]:
    """Turn an operating system's errors into one sentence about the folder."""
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            f"{folder} cannot be written ({(error.strerror or str(error)).lower()}): free space "
            "there or choose another folder with IEA_DATA_DIR."
        ) from error


def _locked(path: Path) -> io.FileIO:
    """Open a file, made if need be, and lock it; in short naps, as a caller may leave."""
    while True:
        file = os.fdopen(
            os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b", buffering=0
        )
        try:
            while not _try_lock(file):
                context.check()
                time.sleep(_NAP_S)
        except BaseException:
            file.close()
            raise
        # Whoever dropped it as too old may have done so between our opening and our locking.
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()


def _try_lock(file: io.IOBase) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _drop_old(folder: Path) -> None:
    """Remove journals that nobody has written to for `KEPT_S` and that nobody holds."""
    oldest = time.time() - KEPT_S
    for path in folder.glob("*.jsonl"):
        # Another server may be at the same.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                with path.open("r+b") as file:
                    if _try_lock(file):
                        path.unlink()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _to_json(result: Rendered | InvalidError) -> dict[str, Any]:
    if isinstance(result, Rendered):
        return {"rendered": result._asdict()}
    return {"invalid": str(result), "violations": [list(fault) for fault in result.violations]}


def _from_json(line: Mapping[str, Any]) -> Result:
    if "rendered" in line:
        return Rendered(**line["rendered"])
    return InvalidError(line["invalid"], [Violation(*fault) for fault in line["violations"]])
