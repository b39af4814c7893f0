"""The lexicon: phrases to items, from the files in `data`."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from services.planner.embedded.english.normalise import Token, split_phrase
from services.planner.embedded.english.spelling import Speller

T = TypeVar("T")

_DATA = Path(__file__).parent / "data"
_PASSED_OVER = frozenset(("it", "them", "that", "this", "everything", "things", "just", "please"))
"""May stand inside a phrase: "tone it down" is "tone down"."""
_SHARED = 0.7
"""A word that several tools claim moves each of them by this share."""


class Sense(NamedTuple):
    """What a word says of a picture: a tool, the sign of the state, its share of a wish."""

    tool: str
    sign: int
    share: float = 1.0


@dataclass(frozen=True)
class Entry:
    """What a phrase is.

    `kind` is `quality`, `name`, `degree`, `beyond`, `word`, or a key of `data/general.toml`
    and `data/regions.toml`. For a quality, `plain` tells that it may be wished for ("warm"), and
    `fault` that it may be a complaint ("yellowish").
    """

    kind: str
    senses: tuple[Sense, ...] = ()
    value: float = 0.0
    label: str = ""
    plain: bool = False
    fault: bool = False


class Item(NamedTuple):
    """An entry found in a request: tokens `first` to `last` (inclusive)."""

    entry: Entry
    first: int
    last: int
    text: str


class Phrases(Generic[T]):
    """Phrases to values; finds the longest that starts at a token."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, ...], T] = {}
        self._starts: dict[str, list[tuple[str, ...]]] = {}

    def add(self, phrase: str, value: T) -> None:
        """Put a phrase in; the first value given to a phrase stays."""
        key = split_phrase(phrase)
        if not key or key in self.entries:
            return
        self.entries[key] = value
        self._starts.setdefault(key[0], []).append(key)
        self._starts[key[0]].sort(key=len, reverse=True)

    def match(self, texts: list[str], at: int) -> tuple[T, int] | None:
        """Return the value of the longest phrase that starts at a token, and its last token."""
        for key in self._starts.get(texts[at], ()):
            last = _follow(key, texts, at)
            if last is not None:
                return self.entries[key], last
        return None

    def words(self) -> set[str]:
        """Every word of every phrase."""
        return {word for key in self.entries for word in key}


def _follow(key: tuple[str, ...], texts: list[str], at: int) -> int | None:
    place = at
    for word in key[1:]:
        place += 1
        while place < len(texts) and texts[place] in _PASSED_OVER and texts[place] != word:
            place += 1
        if place >= len(texts) or texts[place] != word:
            return None
    return place


@cache
def read_data(name: str) -> dict[str, Any]:
    """Read one of the data files beside this module."""
    return tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def lexicon() -> Phrases[Entry]:
    """Return all phrases that stand for one item; what comes first here wins a phrase."""
    phrases: Phrases[Entry] = Phrases()
    for phrase, entry in (*_beyond(), *_tools(), *_general(), *_regions()):
        phrases.add(phrase, entry)
    return phrases


@cache
def moves() -> Phrases[tuple[str, float]]:
    """Return the phrases about the edit itself: their act, and the factor where it has one."""
    phrases: Phrases[tuple[str, float]] = Phrases()
    for act, content in read_data("moves").items():
        if "phrases" in content:
            for phrase in content["phrases"]:
                phrases.add(phrase, (act, 0.0))
        elif act == "times":
            for phrase, factor in content.items():
                phrases.add(phrase, (act, factor))
    return phrases


@cache
def speller() -> Speller:
    """Return the spelling repair for this lexicon."""
    text = (_DATA / "common.txt").read_text(encoding="utf-8")
    known = {w for line in text.splitlines() if not line.startswith("#") for w in line.split()}
    tools = read_data("tools").values()
    names = {w for tool in tools for name in tool["names"] for w in split_phrase(name)}
    others = lexicon().words() | moves().words()
    return Speller([*sorted(names), *sorted(others)], known)


def find_items(tokens: list[Token]) -> list[Item]:
    """Cover tokens with the longest phrases; stops, numbers and unknown words are items too."""
    texts = [token.text for token in tokens]
    items, at = [], 0
    while at < len(tokens):
        found = lexicon().match(texts, at) if tokens[at].kind == "word" else None
        entry, last = found or (Entry(tokens[at].kind), at)
        items.append(Item(entry, at, last, " ".join(texts[at : last + 1])))
        at = last + 1
    return items


def _tools() -> Iterator[tuple[str, Entry]]:
    """Derive entries from the tools' words, with the phrases that several tools claim joined."""
    names: dict[tuple[str, ...], list[Entry]] = {}
    qualities: dict[tuple[str, ...], list[Entry]] = {}
    for tool, words in read_data("tools").items():
        for name in words["names"]:
            names.setdefault(split_phrase(name), []).append(Entry("name", (Sense(tool, 1),)))
        said = (("plus", 1, True), ("minus", -1, True), ("lacks", -1, False), ("excess", 1, False))
        for kind, sign, plain in said:
            for phrase in words.get(kind, ()):
                entry = Entry("quality", (Sense(tool, sign),), plain=plain, fault=not plain)
                qualities.setdefault(split_phrase(phrase), []).append(entry)
    for key in {**qualities, **names}:
        yield " ".join(key), _join(qualities.get(key) or names[key])


def _join(entries: list[Entry]) -> Entry:
    senses = tuple(dict.fromkeys(sense for entry in entries for sense in entry.senses))
    tools = {sense.tool for sense in senses}
    share = 1.0 if len(tools) == 1 else _SHARED
    return replace(
        entries[0],
        senses=tuple(sense._replace(share=share) for sense in senses),
        plain=any(entry.plain for entry in entries),
        fault=any(entry.fault for entry in entries),
    )


def _beyond() -> Iterator[tuple[str, Entry]]:
    for kind, content in read_data("beyond").items():
        yield from _labelled(content.get("phrases", ()), Entry("beyond", label=kind))


def _general() -> Iterator[tuple[str, Entry]]:
    data = read_data("general")
    for degree in data["degree"]:
        yield from _labelled(degree["phrases"], Entry("degree", value=degree["factor"]))
    # Longer phrases of the same words win anyway; here only equal phrases compete.
    for section in ("mild", "keep", "direction", "frame"):
        for kind, phrases in data[section].items():
            prefix = "keep_" if section == "keep" else ""
            name = "mild" if section == "mild" else prefix + kind
            yield from _labelled(phrases, Entry(name))


def _regions() -> Iterator[tuple[str, Entry]]:
    for kind, content in read_data("regions").items():
        yield from _labelled(content["phrases"], Entry(kind))


def _labelled(phrases: Iterable[str], entry: Entry) -> Iterator[tuple[str, Entry]]:
    return ((phrase, entry) for phrase in phrases)
