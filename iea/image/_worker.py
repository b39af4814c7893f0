"""The other side of the sandbox: `python -m iea.image._worker CHANNEL MEMORY`, two descriptors.

It decodes what comes through the channel, until that is closed.

The process gives up what it does not need before it sees a stranger's byte: it can write no file,
opens hardly any, dumps no core, and each photo has its own limits of memory and processor time.

A request is one JSON object, sent with the descriptor of the photo's bytes. The answer is a line of
JSON; the pixels lie at the start of the memory, and the alpha, if any, right behind them.
"""

import base64
import faulthandler
import json
import math
import mmap
import os
import resource
import socket
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif  # noqa: F401  (no file can be opened later)
import rawpy  # noqa: F401

from iea.errors import InvalidError

from ._decode import info_of, picture_of, small_of
from ._open import open_photo
from .limits import DECODE_BYTES, DECODE_BYTES_PER_PIXEL, DECODE_SECONDS, max_pixels
from .picture import Picture

_MAX_REQUEST = 1 << 14
_METADATA = ("icc", "exif", "xmp")


class _Worker:
    """What stays from photo to photo: the memory for pixels, and the process's own size."""

    def __init__(self, memory: mmap.mmap, own_bytes: int) -> None:
        self._memory = memory
        self._own_bytes = own_bytes
        self._next = 0

    def serve(self, channel: socket.socket) -> None:
        """Says that it is ready, then answers requests until the other side hangs up."""
        channel.sendall(b"{}\n")
        while True:
            request, descriptors, _, _ = socket.recv_fds(channel, _MAX_REQUEST, 1)
            if not request:
                return
            (photo,) = descriptors
            try:
                data = os.pread(photo, os.fstat(photo).st_size, 0)
            finally:
                os.close(photo)
            answer = self._answer(json.loads(request), data)
            channel.sendall(json.dumps(answer).encode() + b"\n")

    def _answer(self, request: Mapping[str, Any], data: bytes) -> Any:
        name = request["name"]
        self._next = 0
        self._limit(pixels=0)
        try:
            source = open_photo(data, name)
            self._limit(source.width * source.height)
            if request["call"] == "probe":
                return {"info": asdict(info_of(source))}
            if request["call"] == "decode":
                return _described(picture_of(source, name, self._array))
            return _described(self._moved(small_of(source, request["size"], name)))
        except InvalidError as error:
            return {"refused": str(error)}
        except MemoryError:
            return {
                "refused": f"{name} takes more memory than a photo of its size: export it again."
            }

    def _array(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """An array in the shared memory, right behind the last one."""
        array = np.frombuffer(self._memory, dtype, math.prod(shape), self._next)
        self._next += array.nbytes
        return array.reshape(shape)

    def _moved(self, picture: Picture) -> Picture:
        pixels = self._array(picture.pixels.shape, picture.pixels.dtype)
        pixels[...] = picture.pixels
        alpha = picture.alpha
        if alpha is not None:
            alpha = self._array(alpha.shape, alpha.dtype)
            alpha[...] = picture.alpha
        return picture.with_pixels(pixels, alpha)

    def _limit(self, pixels: int) -> None:
        """Sets what the next photo may take, of memory and of the processors' time."""
        fixed = self._own_bytes + DECODE_BYTES
        memory = fixed + pixels * DECODE_BYTES_PER_PIXEL
        most = fixed + max_pixels() * DECODE_BYTES_PER_PIXEL
        resource.setrlimit(resource.RLIMIT_AS, (memory, most))
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = used.ru_utime + used.ru_stime + DECODE_SECONDS * (os.cpu_count() or 1)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), resource.RLIM_INFINITY))


def _described(picture: Picture) -> Any:
    blobs = {key: getattr(picture, key) for key in _METADATA}
    return {
        "format": picture.format,
        "width": picture.width,
        "height": picture.height,
        "bytes": picture.pixels.itemsize,
        "alpha": picture.alpha is not None,
        **{key: value and base64.b64encode(value).decode() for key, value in blobs.items()},
    }


def _confine() -> int:
    """Gives up files and core dumps; returns the bytes of memory that the process has mapped."""
    own_bytes = int(Path("/proc/self/statm").read_text().split()[0]) * mmap.PAGESIZE
    # What native libraries say of bad files is noise; a fault of ours is not.
    errors = os.fdopen(os.dup(2), "w", buffering=1)
    sys.stderr = errors
    faulthandler.enable(errors)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    next_free = os.dup(0)
    os.close(next_free)
    files = next_free + 1  # The photo.
    for limit, value in (
        (resource.RLIMIT_NOFILE, files),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    return own_bytes


def main(channel: int, memory: int) -> None:
    """Serves on two descriptors until the first is closed."""
    mapped = mmap.mmap(memory, os.fstat(memory).st_size)
    os.close(memory)
    with socket.socket(fileno=channel) as parent:
        _Worker(mapped, _confine()).serve(parent)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
