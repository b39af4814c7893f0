"""Wordings as tensors: what a network is asked and what it should answer."""

import hashlib
import itertools
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from iea.language import padded
from training.grammar import Example, Grammar
from training.small.base import POSITIONS, SPECIAL
from training.wordings import DEGREES, LANGUAGES, REGIONS, Wording

ENGLISH = 0.5
"""The share of English; the other languages share the rest."""
_HELD_OUT = 12
"""One wording of so many is kept for the test."""
_POOL = 32
"""So many batches are drawn at once and sorted by length: padding costs as much as text."""


@dataclass(frozen=True)
class Batch:
    """Ids (texts, tokens), and answers: 1 or 0 for atoms and regions, indices for the others.

    A degree of -1 is not asked for: the text has wishes of several degrees, or none.
    """

    ids: Tensor
    atoms: Tensor
    regions: Tensor
    degrees: Tensor
    languages: Tensor


def split(wordings: Sequence[Wording]) -> tuple[list[Wording], list[Wording]]:
    """Return wordings to learn from and wordings to test with; a wording stays on its side."""
    learn: list[Wording] = []
    test: list[Wording] = []
    for wording in wordings:
        number = int.from_bytes(hashlib.sha256(wording.text.lower().encode()).digest()[:4], "big")
        (learn if number % _HELD_OUT else test).append(wording)
    return learn, test


def atom_names(wordings: Sequence[Wording]) -> list[str]:
    """Return the atoms that wordings speak of, three times or more each."""
    counts = Counter(atom.name for wording in wordings for atom in wording.atoms)
    return sorted(name for name, count in counts.items() if count >= 3)


class Encoder:
    """Turns examples into batches."""

    def __init__(self, pieces: object, atoms: Sequence[str]) -> None:
        self._pieces = pieces
        self._atoms = {name: i for i, name in enumerate(atoms)}

    def batch(self, examples: Sequence[Example]) -> Batch:
        """Encode examples."""
        ids = self.ids([example.text for example in examples])
        atoms = torch.zeros(len(ids), len(self._atoms))
        regions = torch.zeros(len(ids), len(REGIONS))
        for i, example in enumerate(examples):
            for atom in example.atoms:
                if atom.name in self._atoms:
                    atoms[i, self._atoms[atom.name]] = 1
                if atom.region:
                    regions[i, REGIONS.index(atom.region)] = 1
        degrees = torch.tensor([_degree(example) for example in examples])
        languages = torch.tensor([LANGUAGES.index(example.language) for example in examples])
        return Batch(ids, atoms, regions, degrees, languages)

    def ids(self, texts: Sequence[str]) -> Tensor:
        """Encode texts alone, (texts, tokens)."""
        return torch.from_numpy(padded(self._pieces, texts, POSITIONS, SPECIAL))


def _degree(example: Example) -> int:
    said = {a.degree for a in example.atoms if not a.name.startswith(("act:", "beyond:", "keep:"))}
    return DEGREES.index(said.pop()) if len(said) == 1 else -1


def examples(wordings: Sequence[Wording], seed: int, variety: float) -> Iterator[Example]:
    """Yield examples without end, languages in their shares.

    `variety` is the share of them, 0..1, that the grammar makes something new of.
    """
    dice, grammar = random.Random(seed), Grammar(wordings)
    groups = {code: [w for w in wordings if w.language == code] for code in LANGUAGES}
    codes = [code for code in LANGUAGES if groups[code]]
    shares = [ENGLISH if code == "en" else (1 - ENGLISH) / (len(LANGUAGES) - 1) for code in codes]
    while True:
        (code,) = dice.choices(codes, shares)
        wording = dice.choice(groups[code])
        if dice.random() < variety:
            yield grammar.example(wording, dice)
        else:
            yield Example(wording.text, wording.atoms, wording.language)


def batches(examples: Iterator[Example], size: int, seed: int) -> Iterator[list[Example]]:
    """Yield batches without end, each of texts of about one length, short and long in any order."""
    dice = random.Random(seed)
    while True:
        pool = sorted(
            itertools.islice(examples, _POOL * size), key=lambda example: len(example.text.encode())
        )
        parts = [pool[i : i + size] for i in range(0, len(pool), size)]
        dice.shuffle(parts)
        yield from parts
