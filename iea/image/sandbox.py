"""Decoding what strangers send in processes apart, where a fault of a library hurts nobody.

Each worker is a fresh Python (never a fork of a server full of threads), stays warm between photos,
and is limited in memory, time and files (`_worker`). Pixels come back through memory that the two
processes share. It is wiped after each photo, as its pixels are copied out: taking fresh memory for
each would cost several times as much as that copy. What a worker answers is checked like any other
input.
"""

import base64
import fcntl
import json
import mmap
import os
import queue
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeVar, get_args

import numpy as np

from iea.errors import InvalidError
from iea.formats import Format

from .limits import DECODE_SECONDS, check_metadata, check_size, max_pixels
from .picture import Info, Picture

# What a worker needs of the environment; above all, it does not need anybody's passwords.
_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "IEA_MAX_PIXELS")

_MAX_ANSWER = 64 << 20
_MAX_NAME = 200

_BYTES_PER_PIXEL = 8  # 16-bit RGB and alpha.

# The shared memory that stays with an idle worker: a photo of 44 MP in 8 bits.
_KEPT_BYTES = 128 << 20

# What is copied and wiped at once: it stays in the processor's cache in between.
_PART_BYTES = 1 << 20

# No answer, half an answer, or one that no worker of ours would give.
_FAULTS = (
    ConnectionError,
    TimeoutError,
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    InvalidError,
)

_Result = TypeVar("_Result", Picture, Info)


class Sandbox:
    """Decodes photos in at most `workers` processes, each photo within `seconds` (Linux only).

    Calls may come from several threads; one that finds all workers busy waits. Workers start at
    need, and one that dies or is stuck is replaced. Use as a context manager, or call `close`.
    RuntimeError from any call if a worker cannot start: that is no fault of a photo.
    """

    def __init__(self, workers: int = 1, *, seconds: float = DECODE_SECONDS) -> None:
        self._seconds = seconds
        self._places: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._workers = workers
        for _ in range(workers):
            self._places.put(None)

    def decode(self, data: bytes, *, name: str = "the photo") -> Picture:
        """`iea.image.decode`; InvalidError also for a photo that ends or outlasts its worker."""
        return self._ask({"call": "decode"}, data, name, _picture)

    def decode_small(self, data: bytes, size: int, *, name: str = "the photo") -> Picture:
        """`iea.image.decode_small`, with errors as `decode`."""
        return self._ask({"call": "decode_small", "size": size}, data, name, _picture)

    def probe(self, data: bytes, *, name: str = "the photo") -> Info:
        """`iea.image.probe`, with errors as `decode`."""
        return self._ask({"call": "probe"}, data, name, _info)

    def close(self) -> None:
        """Waits for photos in progress and ends the workers; no call may come afterwards."""
        for _ in range(self._workers):
            if worker := self._places.get():
                worker.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(
        self, call: Mapping[str, Any], data: bytes, name: str, read: Callable[..., _Result]
    ) -> _Result:
        worker = self._places.get()
        try:
            if worker and not worker.is_alive():
                worker.end()
                worker = None
            worker = worker or _Worker()
            answer = worker.ask({**call, "name": name[:_MAX_NAME]}, data, self._seconds)
            if "refused" not in answer:
                return read(answer, worker.pixels, name)
            worker.pixels.wipe()
        except BaseException as error:
            # Also after an interrupt: a late answer would be taken for that to the next photo.
            if worker:
                worker.end()
            worker = None
            if isinstance(error, _FAULTS):
                raise _fault(name, error, self._seconds) from error
            raise
        finally:
            self._places.put(worker)
        raise InvalidError(str(answer["refused"]))


class _Pixels:
    """The memory that a worker decodes into; pages that were never written take none."""

    def __init__(self, file: BinaryIO) -> None:
        self._mapped = mmap.mmap(file.fileno(), 0)
        self._next = 0

    def take(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """A copy of the next array in it, of which nothing is left behind."""
        copy = np.empty(shape, dtype)
        flat = copy.reshape(-1).view(np.uint8)
        here = np.frombuffer(self._mapped, np.uint8, flat.size, self._next)
        for start in range(0, flat.size, _PART_BYTES):
            part = slice(start, start + _PART_BYTES)
            flat[part] = here[part]
            here[part] = 0
        self._next += flat.size
        return copy

    def done(self) -> None:
        """Ends a picture: the next begins at the start, and a large one's memory is given back."""
        if self._next > _KEPT_BYTES:
            self.wipe()
        self._next = 0

    def wipe(self) -> None:
        """Gives all of it back to the system: it reads as zeros."""
        self._mapped.madvise(mmap.MADV_REMOVE)


class _Worker:
    """One process, the socket to it, and the memory shared with it."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        with theirs, _memory(max_pixels() * _BYTES_PER_PIXEL) as memory:
            self.pixels = _Pixels(memory)
            descriptors = [theirs.fileno(), memory.fileno()]
            self._process = subprocess.Popen(  # noqa: S603  (our own module)
                # -P: no module is taken from the folder that somebody happens to be in.
                [sys.executable, "-P", "-m", f"{__package__}._worker", *map(str, descriptors)],
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_environment(),
            )
        self._started = False

    def ask(self, request: Any, data: bytes, seconds: float) -> Any:
        """Returns the answer; ConnectionError, TimeoutError, EOFError or ValueError for none."""
        if not self._started:
            self._start(time.monotonic() + seconds)
        deadline = time.monotonic() + seconds
        with _memory(len(data)) as photo:
            photo.write(data)
            socket.send_fds(self._channel, [json.dumps(request).encode()], [photo.fileno()])
        return self._line(deadline)

    def is_alive(self) -> bool:
        """Whether it runs: an idle one may be ended from outside, for its memory for instance."""
        return self._process.poll() is None

    def end(self) -> None:
        """Kills the process: it has nothing to tidy up."""
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def _start(self, deadline: float) -> None:
        try:
            self._line(deadline)
        except (OSError, EOFError) as error:
            raise RuntimeError("the sandbox's worker cannot start: see its own error") from error
        self._started = True

    def _line(self, deadline: float) -> Any:
        line = bytearray()
        while not line.endswith(b"\n"):
            self._channel.settimeout(max(deadline - time.monotonic(), 1e-3))
            part = self._channel.recv(1 << 20)
            if not part:
                raise EOFError
            line += part
            if len(line) > _MAX_ANSWER:
                raise ValueError("too long an answer")
        return json.loads(line)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _memory(size: int) -> BinaryIO:
    """A file of `size` zeros in memory, which no process can make shorter or longer."""
    descriptor = os.memfd_create("iea-photo", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    file = os.fdopen(descriptor, "r+b", buffering=0)
    file.truncate(size)
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
    return file


def _picture(answer: Any, pixels: _Pixels, name: str) -> Picture:
    height, width, size = (int(answer[key]) for key in ("height", "width", "bytes"))
    dtype = {1: np.uint8, 2: np.uint16}[size]
    if min(height, width) < 1:
        raise ValueError("no pixels")
    check_size(width, height, name)
    blobs = (
        answer[key] and base64.b64decode(answer[key], validate=True)
        for key in ("icc", "exif", "xmp")
    )
    icc, exif, xmp = (blob or None for blob in blobs)
    check_metadata(name, icc, exif, xmp)
    taken = pixels.take((height, width, 3), dtype)
    alpha = pixels.take((height, width), dtype) if answer["alpha"] else None
    pixels.done()
    return Picture(taken, alpha, icc, exif, xmp, _format(answer))


def _info(answer: Any, _: _Pixels, __: str) -> Info:
    info = answer["info"]
    return Info(_format(info), int(info["width"]), int(info["height"]))


def _format(answer: Any) -> Format:
    kind: Format = answer["format"]
    if kind not in get_args(Format):
        raise ValueError("no such format")
    return kind


def _fault(name: str, error: Exception, seconds: float) -> InvalidError:
    if isinstance(error, TimeoutError):
        what = f"takes more than {seconds:g} seconds to decode"
    else:
        what = "broke the decoder, so it is damaged or made to do harm"
    return InvalidError(f"{name} {what}: open it in another program and export it again.")
