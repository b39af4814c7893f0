"""Numbers that people say: amounts, factors, and how many turns."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from iea.tools import TOOLS

_REPLIES = Path(__file__).parents[1] / "replies"
_ARTICLES = ("the", "los", "las", "les", "die", "os", "as", "le", "i", "gli")
_STOPS = r"stops?|ev|f-stops?|blenden?|pasos?|crans?|il|档|段"
_NUMBER = re.compile(
    rf"(?P<sign>[+−–-]\s?)?(?P<value>\d+(?:[.,]\d+)?)(?:\s*/\s*(?P<below>\d+))?"
    rf"\s*(?:(?P<percent>%|percent|per cent|prozent|por ciento|por cento|pour cent|per cento)"
    rf"|(?P<stops>(?:{_STOPS})\b))?",
    re.IGNORECASE,
)
_PART_STOPS = re.compile(
    r"\b(?P<part>half|a third|one third|third|quarter|two thirds|one|a|two|three)"
    r"\s(?:of\s)?(?:a\s)?(?:full\s)?stops?\b",
    re.IGNORECASE,
)
_PARTS = {
    "half": 0.5,
    "third": 1 / 3,
    "quarter": 0.25,
    "two thirds": 2 / 3,
    "two": 2.0,
    "three": 3.0,
}
_NO_AMOUNT = re.compile(r"\d+\s*[:x×]\s*\d+|\b(?:19|20)\d\ds?\b|\b\d0s\b|\d+\s*(?:°|deg|grad|º)")


@dataclass(frozen=True)
class Figure:
    """A number: its value, its unit ("", "%" or "stops"), its sign if one was said, and whether
    the words before it set the amount itself ("to 10")."""

    value: float
    unit: str
    sign: int
    sets: bool


def figure_in(text: str) -> Figure | None:
    """Return the only amount that a text names; None without one, or with several."""
    text = text.lower()
    part = _PART_STOPS.search(text)
    if part is not None:
        name = part["part"].removeprefix("a ").removeprefix("one ")
        return Figure(_PARTS.get(name, 1.0), "stops", 0, sets=False)
    bare = _NO_AMOUNT.sub(" ", text)
    found = list(_NUMBER.finditer(bare))
    if len(found) != 1:
        return None
    match = found[0]
    value = float(match["value"].replace(",", "."))
    if match["below"] and float(match["below"]):
        value /= float(match["below"])
    sign = 0 if match["sign"] is None else 1 if "+" in match["sign"] else -1
    unit = "%" if match["percent"] else "stops" if match["stops"] else ""
    before = bare[: match.start()].rstrip(" :")
    sets = sign == 0 and any(before.endswith(word) for word in _data()["set"]["to"])
    return Figure(value, unit, sign, sets)


def named_tool(text: str) -> str:
    """Return the tool that a text names beside an amount and nothing else: "contrast to 10"."""
    bare = _NUMBER.sub(" ", text.lower())
    said = " ".join(w for w in re.split(r"[\s:=]+", bare) if w and w not in _data()["set"]["to"])
    figure = figure_in(text)
    if not said and figure is not None and figure.unit == "stops":
        return "exposure"
    return _tool_names().get(said.removesuffix(" by"), "")


def steered_tool(text: str) -> tuple[str, int]:
    """Return the tool, and which way, of a text that says nothing else: "blacks down"."""
    said = text.lower()
    for phrase, way in _phrases("ways"):
        rest = _pattern(phrase).sub(" ", said)
        bare = " ".join(w for w in rest.split() if w not in _ARTICLES)
        if rest != said and bare in _tool_names():
            return _tool_names()[bare], int(way)
    return "", 0


@cache
def _tool_names() -> dict[str, str]:
    """Names of the tools to the tools, in every language that there are replies in."""
    catalogs = [tomllib.loads(path.read_text("utf-8")) for path in _REPLIES.glob("*.toml")]
    local = {c["tool"][tool][0].lower(): tool for c in catalogs for tool in c["tool"]}
    return local | {word: name for name, tool in TOOLS.items() for word in (name, *tool.words)}


def turn_in(text: str) -> str:
    """Return how far a text turns a picture clockwise: "90", "-90", "180", or "" if it is open."""
    value = _named(text, "turns")
    return "" if value is None else str(int(value))


def factor_in(text: str) -> float | None:
    """Return the factor that a text names ("twice that", "by half"), or None."""
    return _named(text, "factors")


def count_in(text: str) -> int | None:
    """Return how many turns, or which version, a text names, or None."""
    digits = re.search(r"(?<!\d)([1-9]\d?)(?!\d)", text)
    if digits is not None:
        return int(digits[1])
    named = _named(text, "counts")
    return None if named is None else int(named)


def counts_steps(text: str) -> bool:
    """Tell whether a count is one of turns to go back by, and not the number of a version."""
    return _named(text, "steps") is not None


def removes(text: str) -> bool:
    """Tell whether a text asks for an earlier change to go, all of it."""
    return _named(text, "removal") is not None


def removed(text: str) -> str:
    """Return what a text asks to go: "the vintage look" of "remove the vintage look"."""
    for phrase, _ in _phrases("removal"):
        text = _pattern(phrase).sub(" ", text.lower())
    return " ".join(text.split())


def _named(text: str, group: str) -> float | None:
    text = text.lower()
    for phrase, value in _phrases(group):
        if _pattern(phrase).search(text):
            return value
    return None


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    """Return what finds a phrase: whole words, but for scripts that set no spaces between them."""
    spaced = phrase[0] < "\u0250"
    return re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)" if spaced else re.escape(phrase))


@cache
def _phrases(group: str) -> list[tuple[str, float]]:
    pairs = [(p, float(value)) for value, phrases in _data()[group].items() for p in phrases]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


@cache
def _data() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("figures.toml").read_text("utf-8"))
