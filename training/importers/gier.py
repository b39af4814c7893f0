"""GIER: edits by experts, and requests in words that people wrote for each.

Shi and others 2020, "A Benchmark and Baseline for Language-Driven Image Editing".
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from iea import files
from iea.errors import NotFoundError
from training.importers.folders import entries, find, text, texts
from training.importers.pairs import Pair, each, records
from training.records import Skipped

_LISTS = ("GIER.json", "IER2.json")
"""What the list of pairs is called, in the archive and in the authors' code."""


def read(folder: Path, skipped: Skipped) -> Iterator[Pair]:
    """Return the pairs of a copy of GIER, with every request that belongs to them.

    Raises `NotFoundError` for a folder without its list, `InvalidError` for a list that is none.
    """
    path = next((folder / name for name in _LISTS if (folder / name).is_file()), None)
    if path is None:
        raise NotFoundError(f"{folder} holds no {_LISTS[0]}: name the folder that has it.")

    def pair(entry: Any) -> Pair:
        before, after = (find(folder / "images", text(entry, key)) for key in ("input", "output"))
        # What was asked on the web often is about something else, or explains at length.
        words = texts(entry, "expert_summary", "amateur_summary") or texts(entry, "request")
        made = records(words, source="gier")
        return Pair(after.name, files.read(before), files.read(after), made)

    return each(entries(path), pair, skipped, "an entry")
