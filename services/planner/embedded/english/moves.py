"""Dialogue moves: what people say about the edit instead of the picture."""

from typing import NamedTuple

from services.planner.backend import Act
from services.planner.embedded.english.clauses import Clause
from services.planner.embedded.english.lexicon import moves, read_data
from services.planner.embedded.english.reading import Reading

_SENSES = frozenset(("quality", "name", "beyond", "part", "light"))
_SCALES = frozenset(("again", "weaker", "stronger", "times"))
_WEAK = frozenset(("auto", "balance", "thanks", "vague"))
"""Guesses and courtesies: anything that is asked for outright comes before them."""
_CHATTER = 8
"""Tokens above which a clause with praise in it is a story."""


class Move(NamedTuple):
    """A move found in a clause."""

    act: Act
    factor: float = 1.0
    weak: bool = False
    question: str = ""


class _Found(NamedTuple):
    name: str
    factor: float
    first: int
    last: int


def find_move(clause: Clause, reading: Reading, *, past: bool) -> Move | None:
    """Return the move that a clause makes, or None where it is about the picture.

    `past` tells that there are turns to move on: without them "softer" is about the picture.
    """
    found = _longest(clause)
    if found is None or not _covers(found, clause):
        return None
    if found.name in _SCALES:
        if reading.about_picture and not past:
            return None
        return Move("scale", _scale(found, reading))
    if found.name == "undo":
        counts = read_data("moves")["count"]
        said = [counts[text] for text in clause.texts() if text in counts]
        return Move("undo", float(max(said, default=1)))
    if found.name == "vague":
        return Move("ask", weak=True, question="vague")
    if found.name == "thanks" and len(clause.tokens) > _CHATTER:
        return None
    acts: dict[str, Act] = {
        "reset": "reset",
        "reverse": "reverse",
        "explain": "explain",
        "auto": "auto",
        "balance": "balance",
        "thanks": "thanks",
    }
    return Move(acts[found.name], weak=found.name in _WEAK)


def scale_factor(degree: float, *, down: bool) -> float:
    """Return how "more" (1.5) or "less" (0.6) changes a turn, for a degree."""
    return 0.6**degree if down else 1 + 0.5 * degree


def _longest(clause: Clause) -> _Found | None:
    texts = clause.texts()
    best: _Found | None = None
    for at in range(len(texts)):
        match = moves().match(texts, at)
        if match is None:
            continue
        (name, factor), last = match
        if best is None or last - at > best.last - best.first:
            best = _Found(name, factor, at, last)
    return best


def _covers(found: _Found, clause: Clause) -> bool:
    """Whether nothing outside the move speaks of the picture: "undo the grain" is about grain."""
    return not any(
        part.kind in _SENSES
        and not (found.first <= part.item.first and part.item.last <= found.last)
        for part in clause.parts
    )


def _scale(found: _Found, reading: Reading) -> float:
    if found.name == "times":
        return found.factor
    return scale_factor(reading.degree or 1.0, down=found.name == "weaker")
