"""Content-addressed bytes: photos and renders, named by their SHA-256.

Write protocol of the folder. A blob lies at `root/ab/cdef...`, its digest cut after two digits so
that no folder grows too long. Writing: (1) the bytes go to a temporary name in the blob's own
folder, (2) fsync of the file, (3) rename to its name, (4) fsync of the folder. So a name is there
only with all its bytes, a crash leaves at most a temporary file that nobody reads, and what `put`
returned survives a power cut. Two writers of the same bytes rename the same content: either wins.
"""

import hashlib
import os
from pathlib import Path
from typing import Protocol

from iea import files
from iea.errors import CheckFailedError, InvalidError, NotFoundError, UnavailableError


class Store(Protocol):
    """What the services need of a store of bytes, wherever it keeps them."""

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hexadecimal; they are durable then."""

    def get(self, sha256: str) -> bytes:
        """Return the bytes; errors as `Blobs.get`."""

    def has(self, sha256: str) -> bool:
        """Tell whether the bytes are held."""

    def delete(self, sha256: str) -> None:
        """Forget the bytes; nothing happens where they are not held."""


class Blobs:
    """Bytes in a folder, which is made when the first are put."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hexadecimal; they are on disk then.

        The same bytes again change nothing, except that a damaged copy is mended. Raises
        `UnavailableError` where the folder cannot be written.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        try:
            if not (path.is_file() and _digest_of(path) == digest):
                _write(path, data)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UnavailableError(
                f"{self._root} cannot be written ({reason}): free space there or choose another "
                "folder with IEA_DATA_DIR."
            ) from error
        return digest

    def get(self, sha256: str) -> bytes:
        """Return the bytes of a digest.

        Raises `InvalidError` for what is no digest, `NotFoundError` where nothing is held under
        it, and `CheckFailedError` where the bytes on disk are not the ones that were put.
        """
        path = self._path(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise NotFoundError(f"There is no file {sha256}: upload it first.") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise CheckFailedError(f"The stored file {sha256} was damaged: upload it again.")
        return data

    def has(self, sha256: str) -> bool:
        """Tell whether bytes are held under a digest; `InvalidError` for what is no digest."""
        return self._path(sha256).is_file()

    def delete(self, sha256: str) -> None:
        """Forget the bytes of a digest; `InvalidError` for what is no digest."""
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        # Checked before it becomes a path: a digest from outside must not lead out of the folder.
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            shown = sha256[:80]
            raise InvalidError(f"{shown!r} is no SHA-256: give 64 hexadecimal digits, 0-9 and a-f.")
        return self._root / sha256[:2] / sha256[2:]


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    files.replace(path, data)
    # Without these the name itself can be lost: the folder's, and the new folder's in the root.
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
