"""MMArt-style lists: instructions, pictures before and after, and Lightroom's settings between.

Lin and others 2025, "JarvisArt: Liberating Human Artistic Creativity via an Intelligent Photo
Retouching Agent". Entries come in two forms, see docs/training-data.md: plain ones, and the
conversations that the authors' converter writes.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from iea import files
from iea.errors import InvalidError, NotFoundError
from iea.image import probe
from training.importers.folders import entries, find, text, texts
from training.importers.lightroom import Settings, translate
from training.importers.pairs import Pair, each, records
from training.records import NOTHING, Skipped

_PROCESSED = ("processed.jpg", "processed.png")
"""What the picture after is called, beside the one before, where the list does not name it."""
_ANSWER = re.compile(r"(?:<think>(.*?)</think>\s*)?<answer>(.*)</answer>", re.DOTALL)


@dataclass(frozen=True)
class _Entry:
    words: tuple[str, ...]
    before: Path
    after: Path
    settings: Settings
    reasoning: str


def read(folder: Path, skipped: Skipped) -> Iterator[Pair]:
    """Return the pairs of all lists (`*.json`) in a folder.

    The program is there where every setting has a tool here; otherwise the picture after says what
    was done. Raises `NotFoundError` for a folder without lists, `InvalidError` for a file that is
    none.
    """
    lists = sorted(folder.glob("*.json"))
    if not lists:
        raise NotFoundError(f"{folder} holds no list (.json): name the folder that has it.")

    def pair(value: Any) -> Pair:
        entry = _entry(folder, value)
        before, after = files.read(entry.before), files.read(entry.after)
        info = probe(before, name=str(entry.before))
        program, left_out = translate(entry.settings, (info.width, info.height))
        program = NOTHING if left_out else program
        made = records(entry.words, source="mmart", program=program, text=entry.reasoning)
        name = entry.after.relative_to(folder).as_posix()
        return Pair(name, before, after, made, left_out)

    return each(chain.from_iterable(map(entries, lists)), pair, skipped, "an entry")


def _entry(folder: Path, value: Any) -> _Entry:
    if isinstance(value, Mapping) and "messages" in value:
        return _conversation(folder, value)
    before, after = (find(folder, text(value, key)) for key in ("source", "target"))
    settings = _settings(value.get("parameters", {}))
    reasoning = "\n".join(texts(value, "reasoning"))
    return _Entry(tuple(texts(value, "instruction")), before, after, settings, reasoning)


def _conversation(folder: Path, value: Mapping[str, Any]) -> _Entry:
    """Read an entry in which the user sends a picture and words, and the assistant settings."""
    said = {text(message, "role"): text(message, "content") for message in _list(value["messages"])}
    answered = _ANSWER.search(said.get("assistant", ""))
    pictures = _list(value.get("images"))
    if answered is None or "user" not in said or not pictures:
        raise InvalidError("A conversation is without a picture, a request or an answer.")
    before = find(folder, str(pictures[0]))
    after = next((before.with_name(n) for n in _PROCESSED if before.with_name(n).is_file()), None)
    if after is None:
        raise NotFoundError(f"{before.parent} has no {_PROCESSED[0]}: copy it there.")
    words = said["user"].replace("<image>", "")
    reasoning = (answered[1] or "").strip()
    return _Entry((words,), before, after, _settings(answered[2]), reasoning)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidError(f"{str(value)[:80]!r} is no list.")
    return value


def _settings(value: Any) -> Settings:
    """Return settings given as an object, as JSON, or as Python writes a dictionary."""
    if isinstance(value, str):
        value = _literal(value)
    if not isinstance(value, Mapping):
        raise InvalidError(f"The settings {str(value)[:80]!r} are no object.")
    return {str(key): setting for key, setting in value.items()}


def _literal(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise InvalidError(f"The settings {value[:80]!r} cannot be read.") from None
