"""Files on disk: photos, pictures, traces."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from iea.errors import InvalidError, NotFoundError

MAX_BYTES = 1 << 30
"""A larger file is not read at all."""


def read(path: Path) -> bytes:
    """The bytes of a file.

    NotFoundError if there is none; InvalidError if it is a folder or a device, is empty, may not
    be read, or has more than `MAX_BYTES`.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            kind = "a folder" if stat.S_ISDIR(found.st_mode) else "no ordinary file"
            raise InvalidError(f"{path} is {kind}: name a file.")
        if found.st_size > MAX_BYTES:
            raise InvalidError(
                f"{path} has {found.st_size:,} bytes, more than the limit of {MAX_BYTES:,}: "
                "export a smaller copy."
            )
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFoundError(f"{path} does not exist: check its name and folder.") from error
    except PermissionError as error:
        raise InvalidError(f"{path} may not be read: change its permissions.") from error
    except (OSError, ValueError) as error:
        raise InvalidError(f"{path} cannot be read ({_reason(error)}): try a copy.") from error
    if not data:
        raise InvalidError(f"{path} is empty: copy it again from where it came from.")
    return data


def write(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all: whoever opens `path` sees the old bytes or the new.

    InvalidError if the folder is missing or may not be written to, if `path` is a folder or a
    device, or if the disk is full; no partial file is left then.
    """
    try:
        # A link stays a link: the file that it points to is replaced.
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            kind = "a folder" if target.is_dir() else "no ordinary file"
            raise InvalidError(f"{path} is {kind}: name a file to write to.")
        replace(target, data)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InvalidError(
            f"{path} cannot be written: its folder does not exist, make it first."
        ) from error
    except PermissionError as error:
        raise InvalidError(
            f"{path} may not be written: change the permissions of its folder or choose another."
        ) from error
    except (OSError, ValueError) as error:
        raise InvalidError(
            f"{path} cannot be written ({_reason(error)}): choose another place."
        ) from error


def replace(target: Path, data: bytes) -> None:
    """Put a file of these bytes in a place, durably and in one step; raises `OSError`."""
    # In the same folder, because only within one file system does a file take another's place in
    # one step.
    beside = target.parent / f".iea-{secrets.token_hex(8)}.part"
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            # Without this a power cut after the rename can leave the new name with no bytes.
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _reason(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
