"""Numbers that people say: amounts, factors, and how many turns."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from iea.tools import TOOLS
from iea.tools.color_mixer import COLOURS

_REPLIES = Path(__file__).parents[1] / "replies"
_FILLERS = (
    "the",
    "los",
    "las",
    "les",
    "die",
    "os",
    "as",
    "le",
    "i",
    "gli",
    "please",
    "bitte",
    "prego",
)
_SIGNS = {"+": 1, "-": -1}
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
_RATIO = re.compile(
    r"(?<![\d.:x×])(?P<wide>\d\d?(?:\.\d+)?)\s*(?:[:x×]|by|to|zu|auf|por|par|per|比|对)\s*"
    r"(?P<tall>\d\d?(?:\.\d+)?)(?![\d:x×]|\s*(?:px|pix|%|°))"
)
_SHAPE = re.compile(r"(?<!\d)\d\d?\s?[:x×]\s?\d\d?(?!\d)")
_PIXELS = re.compile(
    r"(?<![\d.,])(?P<count>\d{2,5})\s*(?:px|pixels?|píxeles|pixeln?|像素|ピクセル)"
)
_MOST_UNEVEN = 5.0
"""A picture five times as wide as tall: what two numbers say beyond that is no shape."""
_PIECE = re.compile(r"\s*(?P<name>[^\d+−–-]+?)\s*:?\s*(?P<amount>[+−–-]\s?\d+(?:[.,]\d+)?)")
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


def named_channel(text: str) -> str:
    """Return the channel of the colour mixer that a text names beside an amount and nothing else:
    "blue.luminance" of "blue luminance -30"."""
    said = re.sub("[:=]", " ", _NUMBER.sub(" ", text.lower())).split()
    if len(said) != 2:
        return ""
    colour = said[0] if said[0] in COLOURS else said[0].removesuffix("s")
    channel = next((name for name, short in _data()["channels"].items() if said[1] in short), "")
    return f"{colour}.{channel}" if colour in COLOURS and channel else ""


def steered_tool(text: str) -> tuple[str, int]:
    """Return the tool, and which way, of a text that says nothing else.

    "blacks down", "+blacks".
    """
    said = text.lower()
    if said[:1] in _SIGNS and said[1:] in _tool_names():
        return _tool_names()[said[1:]], _SIGNS[said[0]]
    for phrase, way in _phrases("ways"):
        rest = _pattern(phrase).sub(" ", said)
        bare = " ".join(w for w in rest.split() if w not in _FILLERS)
        if rest != said and bare in _tool_names():
            return _tool_names()[bare], int(way)
    return "", 0


@cache
def _tool_names() -> dict[str, str]:
    """Names of the tools to the tools, in every language that there are replies in."""
    catalogs = [tomllib.loads(path.read_text("utf-8")) for path in _REPLIES.glob("*.toml")]
    local = {c["tool"][tool][0].lower(): tool for c in catalogs for tool in c["tool"]}
    long = {word: name for name, tool in TOOLS.items() for word in (name, *tool.words)}
    return local | long | {word: tool for tool, words in _data()["short"].items() for word in words}


def amounts_in(text: str) -> list[str]:
    """Return the pieces of a text that is a row of tools and signed amounts: "hl -60 sh +40"."""
    pieces = [match[0].strip() for match in _PIECE.finditer(text)]
    row = " ".join(pieces) == " ".join(text.split()) and len(pieces) > 1
    return pieces if row and all(map(named_tool, pieces)) else []


def ratio_in(text: str) -> str:
    """Return the shape of a picture that a text names, as "16:9", or ""."""
    text = text.lower()
    for word, value in _phrases("digits"):
        text = _pattern(word).sub(f"{value:g}", text)
    match = _RATIO.search(text)
    if match is None:
        return ""
    wide, tall = float(match["wide"]), float(match["tall"])
    if not wide or not tall or max(wide / tall, tall / wide) > _MOST_UNEVEN:
        return ""
    return f"{wide:g}:{tall:g}"


def names_shape(text: str) -> bool:
    """Tell whether a text writes a shape as nobody writes anything else: "5x7"."""
    return _SHAPE.search(text.lower()) is not None


def pixels_in(text: str) -> str:
    """Return the pixels that a text names, as "1024", "1024:wide" or "1024:tall", or ""."""
    match = _PIXELS.search(text.lower())
    if match is None:
        return ""
    side = next((side for side in ("wide", "tall") if _named(text, side) is not None), "")
    return f"{match['count']}:{side}" if side else match["count"]


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


def lessens_further(text: str) -> bool:
    """Tell whether a text asks for less than before of what there was less of: "even less"."""
    return _named(text, "further") is not None


def drops(text: str) -> bool:
    """Tell whether a text asks for an effect to go, where of anything else it would be less."""
    return _named(text, "dropping") is not None


def corrects(text: str) -> bool:
    """Tell whether a text says that the speaker said the wrong thing before: "cooler, I mean"."""
    return _named(text, "slips") is not None


def colour_in(text: str) -> str:
    """Return the one of the eight colours that a text names, or ""."""
    text = text.lower()
    words = ((w, colour) for colour, words in _data()["colours"].items() for w in words)
    return next((colour for word, colour in words if _pattern(word).search(text)), "")


def counts_steps(text: str) -> bool:
    """Tell whether a count is one of turns to go back by, and not the number of a version."""
    return _named(text, "steps") is not None


def removes(text: str) -> bool:
    """Tell whether a text asks for an earlier change to go, all of it."""
    return _named(text, "removal") is not None


def names_look(text: str) -> bool:
    """Tell whether a text speaks of a look or a style by that name."""
    return _named(text, "look") is not None


def removed(text: str) -> str:
    """Return what a text asks to go: "the vintage look" of "remove the vintage look"."""
    for phrase, _ in _phrases("removal"):
        text = _pattern(phrase).sub(" ", text.lower())
    return " ".join(text.split())


def removed_tool(text: str) -> str:
    """Return the tool whose change a text asks to go, and nothing else: "undo the crop"."""
    if not removes(text):
        return ""
    return _tool_names().get(" ".join(w for w in removed(text).split() if w not in _FILLERS), "")


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
