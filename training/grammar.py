"""Wordings multiplied: chatter around them, several in a sentence, slips of the hand."""

import random
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from training.wordings import CORPUS, Atom, Wording

MAX_ATOMS = 5
_JOINABLE = re.compile(r"(?!act:|beyond:|auto|balance|remove:)")
"""What one sentence may ask for besides something else; the others mostly come alone."""
_ADJUSTMENT = re.compile(r"[a-z_.]+[+-]$")
"""What can be asked for by so and so much."""
STOPS = " .!?。！？"
"""What a sentence ends with, and what goes where something is joined to it."""
_CHATTY = 0.25
"""The share of requests with something before them, and with something behind."""


@dataclass(frozen=True)
class Example:
    """A text to learn from: what it means, all in all."""

    text: str
    atoms: tuple[Atom, ...]
    language: str


class Grammar:
    """Makes examples of wordings; the same ones for the same random numbers."""

    def __init__(self, wordings: Sequence[Wording]) -> None:
        self._by_language: dict[str, list[Wording]] = defaultdict(list)
        for wording in wordings:
            if self._joinable(wording):
                self._by_language[wording.language].append(wording)

    def example(self, wording: Wording, dice: random.Random) -> Example:
        """Return a variant of a wording."""
        text, atoms = wording.text, wording.atoms
        said = around(wording.language)
        if dice.random() < 0.35 and self._joinable(wording):
            for _ in range(1 + (dice.random() < 0.25)):
                other = dice.choice(self._by_language[wording.language])
                if _agree(atoms, other.atoms):
                    text = text.rstrip(STOPS) + dice.choice(said["joins"]) + other.text
                    atoms = (*atoms, *other.atoms)
        if dice.random() < 0.06 and all(_ADJUSTMENT.match(atom.name) for atom in atoms):
            amount = dice.choice(said["amounts"]).format(n=dice.randrange(5, 100, 5))
            text = text.rstrip(STOPS) + amount
        return Example(dressed(text, wording.language, dice), atoms, wording.language)

    def _joinable(self, wording: Wording) -> bool:
        return all(_JOINABLE.match(atom.name) for atom in wording.atoms)


def _agree(atoms: Sequence[Atom], others: Sequence[Atom]) -> bool:
    """Tell whether a sentence may say both: no tool both ways, not too much at once."""
    if len(atoms) + len(others) > MAX_ATOMS:
        return False
    said = {atom.name.rstrip("+-") for atom in atoms}
    return not said & {atom.name.rstrip("+-") for atom in others}


@cache
def around(language: str) -> dict[str, list[str]]:
    """Return what stands around wishes in a language: by its place, the ways to say it."""
    return tomllib.loads((CORPUS / "grammar" / f"{language}.toml").read_text("utf-8"))


def dressed(text: str, language: str, dice: random.Random) -> str:
    """Return words with chatter around them and slips of the hand in them."""
    said = around(language)
    if dice.random() < _CHATTY:
        text = dice.choice(said["before"]) + text
    if dice.random() < _CHATTY:
        text = text.rstrip(STOPS) + dice.choice(said["after"])
    return _slips(text, language, dice)


def _slips(text: str, language: str, dice: random.Random) -> str:
    """Type as people do: no capitals or all, no accents, no stops, letters lost or swapped."""
    if dice.random() < 0.2:
        text = text.rstrip(STOPS)
    if language in ("zh", "ja"):
        return text
    if dice.random() < 0.15:
        apart = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in apart if not unicodedata.combining(c))
    if dice.random() < 0.2:
        for _ in range(1 + len(text) // 40):
            text = _typo(text, dice)
    return text


def _typo(text: str, dice: random.Random) -> str:
    at = [i for i in range(1, len(text) - 1) if text[i - 1 : i + 2].isalpha()]
    if not at:
        return text
    i = dice.choice(at)
    kind = dice.randrange(4)
    if kind == 0:
        return text[:i] + text[i + 1 :]
    if kind == 1:
        return text[:i] + text[i] + text[i:]
    if kind == 2:
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    return text[:i] + dice.choice("abcdefghijklmnopqrstuvwxyz") + text[i + 1 :]
