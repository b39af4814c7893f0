"""ROUGE-L (Lin 2004): how much of one sentence is in another, in the same order."""

import re
import unicodedata
from collections.abc import Sequence

_UNSPACED = re.compile(
    "([々\u3040-\u30ff\u31f0-\u31ff㐀-䶿一-鿿\uf900-\ufaff\U00020000-\U0003ffff])"
)
"""Chinese characters and Japanese syllables: no spaces tell their words apart."""


def rouge_l(reference: str, answer: str) -> float:
    """Return the F measure of the longest common subsequence of words, 0..1.

    Words are runs of letters and digits, in lower case, without stemming; in Chinese and Japanese
    every character is one. 0 where a sentence has no word.
    """
    wanted, said = _words(reference), _words(answer)
    common = _common(wanted, said)
    return 2 * common / (len(wanted) + len(said)) if common else 0.0


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).lower()
    # Letters, the marks that many scripts write on them, and numbers.
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in plain)
    return _UNSPACED.sub(r" \1 ", kept).split()


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """Return the length of the longest common subsequence."""
    lengths = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for j, y in enumerate(b, start=1):
            above = lengths[j]
            lengths[j] = diagonal + 1 if x == y else max(above, lengths[j - 1])
            diagonal = above
    return lengths[-1]
