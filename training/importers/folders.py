"""Folders of pictures and lists in JSON, as people unpack them."""

import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from iea import files, formats
from iea.errors import InvalidError, NotFoundError

_RAW = (".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".pef", ".raf", ".rw2", ".srw")
_SUFFIXES = (*_RAW, *formats.SUFFIXES)


def pictures(folder: Path) -> dict[str, Path]:
    """Return the pictures under a folder by their paths in it without suffix, in order.

    Of files that differ in nothing but the suffix, a camera's raw file comes before all others.
    """
    found = [
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in _SUFFIXES and not path.name.startswith(".")
    ]
    found.sort(key=lambda path: _SUFFIXES.index(path.suffix.lower()), reverse=True)
    named = {path.relative_to(folder).with_suffix("").as_posix(): path for path in found}
    return dict(sorted(named.items()))


def find(folder: Path, name: str) -> Path:
    """Return the file that a list names, whatever folders stood before its path elsewhere.

    The file is always under `folder`. Raises `NotFoundError` where it is not.
    """
    parts = PurePosixPath(name.replace("\\", "/")).parts
    kept = [part for part in parts if part not in ("/", "..")]
    for start in range(len(kept)):
        path = folder.joinpath(*kept[start:])
        if os.path.isfile(path):
            return path
    raise NotFoundError(f"{name[:200]!r} is not in {folder}: copy it there.")


def entries(path: Path) -> list[Any]:
    """Return the list in a JSON file; raises `InvalidError` for anything else, and an empty one."""
    try:
        value = json.loads(files.read(path))
    except (ValueError, RecursionError) as error:
        raise InvalidError(f"{path} is not JSON ({error}): copy it again.") from None
    if not isinstance(value, list) or not value:
        raise InvalidError(f"{path} is no list with entries: copy it again from the data set.")
    return value


def text(entry: Any, key: str) -> str:
    """Return a text of an entry; raises `InvalidError` where there is none."""
    value = entry.get(key) if isinstance(entry, Mapping) else None
    if not isinstance(value, str) or not value:
        raise InvalidError(f"{str(entry)[:80]} has no text {key!r}: it is left out.")
    return value


def texts(entry: Mapping[str, Any], *keys: str) -> list[str]:
    """Return all texts under some keys, each a text or a list of texts."""
    found: list[str] = []
    for key in keys:
        value = entry.get(key)
        values = value if isinstance(value, list) else [value]
        found += [each for each in values if isinstance(each, str)]
    return found
