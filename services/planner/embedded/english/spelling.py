"""Spelling repair: a word that nobody knows becomes the nearest word of the field."""

from collections.abc import Collection, Iterable
from functools import lru_cache

MIN_LENGTH = 4
"""Shorter words are too near to everything."""


class Speller:
    """Repairs words against a vocabulary, of equally near ones the first.

    `known` words are right, though no use here.
    """

    def __init__(self, field: Iterable[str], known: Collection[str]) -> None:
        right = (word for word in field if len(word) >= MIN_LENGTH and word.isalpha())
        self._field = list(dict.fromkeys(right))
        self._right = frozenset(known) | frozenset(self._field)
        self.repair = lru_cache(maxsize=4096)(self._repair)

    def _repair(self, word: str) -> str:
        if len(word) < MIN_LENGTH or not word.isalpha() or self._is_right(word):
            return word
        allowed = 1 if len(word) < 8 else 2
        best, distance, letters = word, allowed + 1, set(word)
        for candidate in self._field:
            if abs(len(candidate) - len(word)) > allowed:
                continue
            # First letters are seldom mistyped, and a word of four letters has many neighbours.
            if candidate[0] != word[0] or (
                len(word) == MIN_LENGTH and not _swapped(word, candidate)
            ):
                continue
            if len(letters.difference(candidate)) > allowed:
                continue
            found = damerau(word, candidate)
            if found < distance:
                best, distance = candidate, found
        return best

    def _is_right(self, word: str) -> bool:
        stems = (word, word.removesuffix("s"), word.removesuffix("ed"), word.removesuffix("ing"))
        return any(stem in self._right for stem in stems)


def _swapped(word: str, candidate: str) -> bool:
    return sorted(word) == sorted(candidate)


def damerau(a: str, b: str) -> int:
    """Count the edits between two words: insert, delete, replace, swap neighbours.

    The optimal string alignment variant of Damerau (CACM 7, 1964).
    """
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
