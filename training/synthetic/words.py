"""Words for wishes: wordings of the corpus, joined, with degrees, numbers, chatter and slips."""

import random
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from iea.tools import TOOLSETS
from training.grammar import MAX_ATOMS, STOPS, around, dressed
from training.records import Record, side
from training.synthetic.turns import ACTS
from training.synthetic.wishes import Wish, tool_of, wish_of
from training.wordings import DEGREES, Atom, Wording

Side = Literal["train", "test"]

_MANY = (0.75, 0.2, 0.05)
"""How often people ask for one, two and three things at once."""
_NUMBERED = 0.1
"""The share of single plain wishes that name a number."""
_KEEPING = 0.06
"""The share of requests that say what should stay."""
_MARKED = 0.5
"""The share of degrees that are said behind a plain wording, where there are both ways."""
_DEGREES = dict(zip(DEGREES, ("little", "", "much", "all"), strict=True))


@dataclass(frozen=True)
class Request:
    """What is said at once, what it asks for, and what should stay as it is.

    `template` names the first wording that the words were made of; all of them are of one side.
    """

    words: str
    language: str
    template: str
    wishes: tuple[Wish, ...] = ()
    keeps: tuple[str, ...] = ()


def identity(text: str) -> str:
    """Return what is the same for all ways to type a wording."""
    return re.sub(r"\W+", " ", text.lower()).strip() or text.lower()


def side_of(name: str) -> Side:
    """Return the side of the split that a photo or a wording is kept for."""
    return "test" if side(Record("edit", name, "", template=name)) == "test" else "train"


def library(wordings: Iterable[Wording], toolset: str) -> dict[Side, dict[str, "Phrasebook"]]:
    """Return what can be said for a toolset, by side and language."""
    parted: dict[Side, dict[str, list[Wording]]] = {
        "train": defaultdict(list),
        "test": defaultdict(list),
    }
    for wording in wordings:
        parted[side_of(identity(wording.text))][wording.language].append(wording)
    return {
        name: {code: Phrasebook(code, own, toolset) for code, own in languages.items()}
        for name, languages in parted.items()
    }


class Phrasebook:
    """What people of one language say, as far as one side of the split may know it.

    `edits` hold wishes that the toolset can grant, maybe with something to keep; `keeps` only say
    what should stay. `acts`, `removals` and `beyond` are of one atom each.
    """

    def __init__(self, language: str, wordings: Sequence[Wording], toolset: str) -> None:
        self.language, self.toolset = language, toolset
        self.edits = [w for w in wordings if self._is_edit(w)]
        alone = [w for w in wordings if len(w.atoms) == 1]
        self.keeps = [w for w in alone if w.atoms[0].name.startswith("keep:")]
        self.acts = [w for w in alone if w.atoms[0].name in ACTS]
        self.beyond = [w for w in alone if w.atoms[0].name.startswith("beyond:")]
        self.removals = [w for w in alone if self.removed(w.atoms[0])]
        self._single: dict[Atom, list[Wording]] = defaultdict(list)
        for wording in self.edits:
            if len(wording.atoms) == 1:
                self._single[wording.atoms[0]].append(wording)

    def _is_edit(self, wording: Wording) -> bool:
        wished = [a for a in wording.atoms if not a.name.startswith("keep:")]
        adjusts = any(a.name.endswith(("+", "-")) for a in wished)
        if adjusts and any(map(str.isdigit, wording.text)):
            return False  # it names an amount of its own
        return bool(wished) and all(tool_of(atom, self.toolset) for atom in wished)

    def removed(self, atom: Atom) -> str:
        """Return the tool whose step an atom wants gone, "" where it wants none."""
        head, _, tool = atom.name.partition(":")
        if head != "remove":
            # Less of what has no less can only mean the step that is there.
            plain = atom.name.endswith("-") and not atom.region and atom.degree >= 1
            tool = atom.name[:-1] if plain else ""
            tool = "" if tool_of(replace(atom, name=f"{tool}-"), self.toolset) else tool
        return tool_of(Atom(f"{tool}+"), self.toolset) if tool else ""

    def says(self, atom: Atom) -> bool:
        """Tell whether there are words for an atom."""
        plain = replace(atom, degree=1.0)
        return bool(self._single.get(atom) or self._single.get(plain))

    def say(self, atom: Atom, dice: random.Random) -> tuple[str, Wording]:
        """Return words for an atom that it says, and the wording that they are made of."""
        exact = self._single.get(atom, [])
        plain = self._single.get(replace(atom, degree=1.0), [])
        if exact and (atom.degree == 1 or not plain or dice.random() > _MARKED):
            wording = dice.choice(exact)
            return wording.text, wording
        wording = dice.choice(plain)
        much = dice.choice(_degrees()[self.language][_DEGREES[atom.degree]])
        return wording.text.rstrip(STOPS) + much, wording


@cache
def _degrees() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(Path(__file__).with_name("degrees.toml").read_text("utf-8"))


def asked(book: Phrasebook, dice: random.Random) -> Request:
    """Return a request as users make them: as often as the corpus has each wish."""
    said = [dice.choice(book.edits)]
    (many,) = dice.choices((1, 2, 3), _MANY)
    for _ in range(many - 1):
        other = dice.choice(book.edits)
        if _agree(said, other):
            said.append(other)
    if book.keeps and dice.random() < _KEEPING:
        keep = dice.choice(book.keeps)
        if _agree(said, keep):
            said.append(keep)
    atoms = [atom for wording in said for atom in wording.atoms]
    keeps = tuple(atom.name[5:] for atom in atoms if atom.name.startswith("keep:"))
    wishes = [
        wish_of(atom, book.toolset, dice) for atom in atoms if not atom.name.startswith("keep:")
    ]
    text = joined([wording.text for wording in said], book.language, dice)
    if len(atoms) == 1 and _countable(wishes[0], book.toolset) and dice.random() < _NUMBERED:
        wishes = [replace(wishes[0], number=dice.randrange(5, 100, 5))]
        amount = dice.choice(around(book.language)["amounts"]).format(n=wishes[0].number)
        text = text.rstrip(STOPS) + amount
    words = dressed(text, book.language, dice)
    return Request(words, book.language, identity(said[0].text), tuple(wishes), keeps)


def _agree(said: Sequence[Wording], other: Wording) -> bool:
    """Tell whether one request may hold another wording: nothing twice, not too much at once."""
    atoms = [atom for wording in said for atom in wording.atoms]
    themes = {_theme(atom) for atom in atoms}
    fits = len(atoms) + len(other.atoms) <= MAX_ATOMS
    return fits and not any(_theme(atom) in themes for atom in other.atoms)


def _theme(atom: Atom) -> str:
    return re.split("[:+-]", atom.name, maxsplit=1)[0]


def _countable(wish: Wish, toolset: str) -> bool:
    """Tell whether a wish can be said with a number: plain, on a scale that people count on."""
    if not wish.atom.name.endswith(("+", "-")) or "." in wish.atom.name or wish.atom.degree != 1:
        return False
    main = TOOLSETS[toolset].tools[wish.tool].main
    return main.unit == "EV" or main.max == 100


def spoken(book: Phrasebook, wishes: Sequence[Wish], dice: random.Random) -> Request:
    """Return a request for wishes, one at the least, each of which the book says; in any order."""
    order = dice.sample(wishes, len(wishes))
    said = {wording.text: text for text, wording in (book.say(w.atom, dice) for w in order)}
    text = joined(list(said.values()), book.language, dice)
    words = dressed(text, book.language, dice)
    return Request(words, book.language, identity(next(iter(said))), tuple(wishes))


def joined(parts: Sequence[str], language: str, dice: random.Random) -> str:
    """Return what is said one after the other, as people join it."""
    text = parts[0]
    for part in parts[1:]:
        text = text.rstrip(STOPS) + dice.choice(around(language)["joins"]) + part
    return text
