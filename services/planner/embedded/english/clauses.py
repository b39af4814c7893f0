"""A request cut into clauses, each a run of items about one thing."""

from dataclasses import dataclass, replace

from services.planner.embedded.english.lexicon import Entry, Item, find_items, speller
from services.planner.embedded.english.normalise import Token, tokenise

_JOINTS = frozenset(
    [
        "and",
        "but",
        "then",
        "also",
        "while",
        "although",
        "though",
        "however",
        "yet",
        "because",
        "since",
        "cause",
        "cuz",
        "except",
        "plus",
        "so",
    ]
)
_LISTING = frozenset(("and", ",", "&", "+", "or"))
_STOP_UNITS = frozenset(("stop", "stops", "ev", "f-stop", "evs"))
_FRACTIONS = {"half": 0.5, "quarter": 0.25, "third": 0.33}
_COUNTS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "couple": 2.0}


@dataclass(frozen=True)
class Number:
    """A number that was said: its value, its unit ("", "%" or "stops"), whether it had a sign."""

    value: float
    unit: str
    signed: bool


@dataclass(frozen=True)
class Part:
    """An item of a clause, with its number where it is one."""

    item: Item
    number: Number | None = None

    @property
    def kind(self) -> str:
        """The kind of the item's entry."""
        return self.item.entry.kind

    @property
    def entry(self) -> Entry:
        """The item's entry."""
        return self.item.entry


@dataclass(frozen=True)
class Clause:
    """Items between two joints. `listed`: joined to the clause before by "and" or a comma."""

    parts: tuple[Part, ...]
    tokens: tuple[Token, ...]
    words: str
    listed: bool = False

    def texts(self) -> list[str]:
        """The tokens' texts."""
        return [token.text for token in self.tokens]


def read_tokens(words: str) -> list[Token]:
    """Tokens of a request, misspelt words repaired."""
    repair = speller().repair
    tokens = tokenise(words)
    return [replace(t, text=repair(t.text)) if t.kind == "word" else t for t in tokens]


def split_clauses(words: str) -> list[Clause]:
    """Cut a request into clauses."""
    tokens = read_tokens(words)
    clauses: list[Clause] = []
    held: list[Item] = []
    joint, since = "", 0
    for item in [*find_items(tokens), None]:
        if item is not None and not _is_joint(item):
            held.append(item)
            continue
        till = tokens[item.first].start if item is not None else len(words)
        if held:
            said = " ".join(words[since:till].split()).strip(" .,;:!?")
            clauses.append(_clause(held, tokens, said, listed=joint in _LISTING))
            held, joint = [], ""
        if item is not None:
            since = tokens[item.last].end
            # "..., and" lists; "..., but" does not.
            joint = item.text if joint in ("", ",") else joint
    return clauses


def _is_joint(item: Item) -> bool:
    return item.entry.kind == "stop" or (item.entry.kind == "word" and item.text in _JOINTS)


def _clause(items: list[Item], tokens: list[Token], said: str, *, listed: bool) -> Clause:
    first, last = items[0].first, items[-1].last
    inside = tuple(tokens[first : last + 1])
    moved = [item._replace(first=item.first - first, last=item.last - first) for item in items]
    return Clause(tuple(_numbers(moved)), inside, said, listed)


def _numbers(items: list[Item]) -> list[Part]:
    """Turn numbers with their units, in figures or in words, into single parts."""
    parts: list[Part] = []
    at = 0
    while at < len(items):
        number, used = _number(items, at)
        parts.append(Part(items[at], number))
        at += max(used, 1)
    return parts


def _number(items: list[Item], at: int) -> tuple[Number | None, int]:
    texts = [item.text for item in items[at : at + 4]]
    following = texts[1] if len(texts) > 1 else ""
    if items[at].entry.kind == "number":
        value, signed = _value(texts[0])
        if following in _STOP_UNITS:
            return Number(value, "stops", signed), 2
        if texts[0].endswith("%") or following in ("percent", "pct"):
            return Number(value, "%", signed), 1 + (following in ("percent", "pct"))
        return Number(value, "", signed), 1 + (following in ("points", "units"))
    for names in (_FRACTIONS, _COUNTS):
        if texts[0] in names:
            for skip in (1, 2, 3):
                if len(texts) > skip and texts[skip] in _STOP_UNITS:
                    return Number(names[texts[0]], "stops", signed=False), skip + 1
    if texts[0] in _STOP_UNITS and texts[0].startswith("stop") and at and _is_way(items[at - 1]):
        return Number(1.0, "stops", signed=False), 1
    return None, 1


def _is_way(item: Item) -> bool:
    """Tell whether an item leads to a single stop: "up a stop"."""
    return item.entry.kind in ("up", "down", "more", "less") or item.text == "by"


def _value(text: str) -> tuple[float, bool]:
    bare = text.rstrip("% ").replace(",", ".").replace(" ", "")
    top, _, bottom = bare.partition("/")
    value = float(top) / float(bottom) if bottom and float(bottom) else float(top)
    return value, bare[0] in "+-"
