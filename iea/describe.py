"""The request that a user would have made, in one English sentence, from what was fitted."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from iea.fit import Fit
from iea.program import Step

MOST = 4
"""Things that one request asks for."""
LITTLE, MUCH = 0.7, 1.5
"""Strengths, in plain wishes, below and above which people say how much."""
_UNSEEN = 0.1
"""The strength below which nobody would ask for it, unless there is nothing else."""
_BE = {"little": "a bit ", "plain": "", "much": "much "}
_DO = {"little": " a bit", "plain": "", "much": " a lot"}
_SQUARE = 0.01
"""How far from 1 the sides of a square may be."""


@dataclass(frozen=True)
class _Wish:
    """One thing to ask for: its words for a strength, and how strong it is."""

    words: Mapping[str, str]
    strength: float

    @property
    def degree(self) -> str:
        """How much of it."""
        if self.strength < LITTLE:
            return "little"
        return "much" if self.strength > MUCH else "plain"

    @property
    def clause(self) -> str:
        """The wish as a clause, "" where it only says how the picture should be."""
        if self.degree in self.words:
            return self.words[self.degree]
        return self.words.get("do", "").format(much=_DO[self.degree])

    @property
    def quality(self) -> str:
        """How the picture should be, to follow "make it"."""
        return "" if self.clause else _BE[self.degree] + self.words["be"]


def describe(fit: Fit, size: tuple[int, int] | None = None) -> str:
    """Return the request, strongest wish first, at most `MOST` things.

    `size` is AFTER's width and height, if what shape it was cropped to should be said.
    """
    moves = list(_moves(fit.program.steps, size))
    wishes = sorted(_wishes(fit), key=lambda wish: -wish.strength)
    wishes = [w for w in wishes if w.strength >= _UNSEEN] or ([] if moves else wishes)
    grey = any(step.tool == "black_and_white" for step in fit.program.steps)
    room = max(MOST - len(moves) - grey, 1)
    clauses = _gathered([*_clauses(wishes[:room], grey=grey), *moves])
    sentence = _listed(clauses)
    return f"{sentence[0].upper()}{sentence[1:]}." if clauses else str(_phrases()["nothing"])


@cache
def _phrases() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def _wishes(fit: Fit) -> Iterator[_Wish]:
    """Yield what the steps amount to; tools of one theme are one wish."""
    themes: dict[str, list[tuple[str, float]]] = {}
    for step, strength in zip(fit.program.steps, fit.strengths, strict=True):
        if step.tool in _phrases() and step.declared.geometry is None:
            theme = _phrases()[step.tool].get("theme", step.tool)
            themes.setdefault(theme, []).append((step.tool, strength))
    for parts in themes.values():
        total = sum(strength for _, strength in parts)
        # Parts that work against each other are told by what is left of them.
        same = [part for part in parts if part[1] * total >= 0] or parts
        tool = max(same, key=lambda part: abs(part[1]))[0]
        words = _phrases()[tool].get("+" if total >= 0 else "-")
        if words is not None:
            yield _Wish(words, abs(total))


def _clauses(wishes: Sequence[_Wish], *, grey: bool) -> Iterator[str]:
    """Yield clauses, the strongest first; all that follows "make it" is in one of them."""
    if grey:
        looks = [wish.words["look"] for wish in wishes if "look" in wish.words]
        yield _phrases()["grey"]["looks" if looks else "plain"].format(look=", ".join(looks))
        wishes = [wish for wish in wishes if "look" not in wish.words]
    qualities = [wish for wish in wishes if wish.quality]
    for wish in wishes:
        if wish.clause:
            yield wish.clause
        elif qualities:
            yield f"make it {_listed(list(_alike(qualities)))}"
            qualities = []


def _alike(wishes: Sequence[_Wish]) -> Iterator[str]:
    """Yield qualities; if all are meant a bit, that is said once."""
    once = all(wish.degree == "little" for wish in wishes)
    for i, wish in enumerate(wishes):
        yield wish.words["be"] if once and i else wish.quality


_GIVE = "give it "


def _gathered(clauses: Iterable[str]) -> list[str]:
    """Join what it should be given to one clause, at the place of the first."""
    clauses = list(clauses)
    given = [clause.removeprefix(_GIVE) for clause in clauses if clause.startswith(_GIVE)]
    first = next((i for i, clause in enumerate(clauses) if clause.startswith(_GIVE)), 0)
    return [
        _GIVE + _listed(given) if given and i == first else clause
        for i, clause in enumerate(clauses)
        if i <= first or not clause.startswith(_GIVE)
    ]


def _listed(parts: Sequence[str]) -> str:
    """Join parts with commas and "and"; a comma stands before it if a part has one of its own."""
    if len(parts) < 2:
        return "".join(parts)
    comma = "," if any(" and " in part for part in parts[:-1]) else ""
    return f"{', '.join(parts[:-1])}{comma} and {parts[-1]}"


def _moves(steps: Iterable[Step], size: tuple[int, int] | None) -> Iterator[str]:
    """Yield what is asked for where things are."""
    said: Mapping[str, str] = _phrases()["geometry"]
    for step in steps:
        if step.tool == "rotate":
            turns = step.amount
            side = "right" if turns > 0 else "left"
            yield said["half"] if turns == 2 else said["quarter"].format(side=side)
        elif step.tool == "flip":
            yield said[str(step.params["direction"])]
        elif step.tool == "crop":
            square = size is not None and abs(size[0] / size[1] - 1) < _SQUARE
            yield said["square" if square else "crop"]
        elif step.tool == "resize":
            yield said["resize"]
