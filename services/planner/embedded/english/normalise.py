"""Words as typed to tokens: lower case, contractions written out, each with its place."""

import re
import unicodedata
from dataclasses import dataclass, replace

ARTICLES = frozenset(["the", "a", "an", "my", "our", "your", "his", "these", "those"])
"""Dropped before matching, in requests and in phrases alike."""

_TOKEN = re.compile(
    r"(?P<number>[+-]?\d+(?:[.,]\d+)?(?:\s*/\s*\d+)?(?![\d]*[a-z])\s?%?)"
    r"|(?P<word>[^\W_](?:[^\W_]|['&+](?=[^\W_]))*)"
    r"|(?P<stop>[.,;!?\n()&+]|:(?!\s?[+-]?\d)|\s-+\s|[–—])"
)
_CONTRACTIONS = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "n't": " not",
    "'re": " are",
    "'ve": " have",
    "'ll": " will",
    "'d": " would",
    "'m": " am",
    "it's": "it is",
    "that's": "that is",
    "there's": "there is",
    "what's": "what is",
    "who's": "who is",
    "here's": "here is",
    "let's": "let us",
    "everything's": "everything is",
}
_BARE = {
    "dont": "do not",
    "doesnt": "does not",
    "isnt": "is not",
    "arent": "are not",
    "cant": "can not",
    "wont": "will not",
    "didnt": "did not",
    "wasnt": "was not",
    "shouldnt": "should not",
    "im": "i am",
    "thats": "that is",
    "theres": "there is",
    "whats": "what is",
    "teh": "the",
    "u": "you",
    "ur": "your",
    "gimme": "give me",
    "wanna": "want to",
    "gonna": "going to",
    "abit": "a bit",
    "alot": "a lot",
    "lil": "little",
    "b/w": "b&w",
    "gotta": "got to",
    "kindof": "kind of",
    "sortof": "sort of",
}


@dataclass(frozen=True)
class Token:
    """A word, number or stop, and where it stands in the text as typed."""

    text: str
    kind: str
    start: int
    end: int


def tokenise(words: str) -> list[Token]:
    """Split words into tokens; articles, emoji and control characters fall away."""
    # NFC keeps what a person sees; folding beyond that could move places in the text.
    plain = words.replace("’", "'").replace("‘", "'").replace("−", "-").lower()
    if len(plain) != len(words):  # a few letters change length in lower case
        plain = "".join(c.lower() if len(c.lower()) == 1 else c for c in words)
    tokens = []
    for match in _TOKEN.finditer(plain):
        kind = match.lastgroup or "word"
        token = Token(match.group().strip(), kind, match.start(), match.end())
        tokens += _expand(token) if kind == "word" else [token]
    return [t for t in tokens if t.text not in ARTICLES]


def split_phrase(phrase: str) -> tuple[str, ...]:
    """Tokens of a phrase of the lexicon, written as in requests."""
    return tuple(token.text for token in tokenise(phrase) if token.kind != "stop")


def _expand(token: Token) -> list[Token]:
    text = _fold(token.text)
    if text in _BARE:
        text = _BARE[text]
    elif "'" in text:
        for short, long in _CONTRACTIONS.items():
            if text.endswith(short):
                text = text.removesuffix(short) + long
                break
        text = text.removesuffix("'s").replace("'", "")
    return [replace(token, text=part) for part in text.split()]


def _fold(text: str) -> str:
    """Drop accents and calm stretched words: "sooo" has one o, "brighterrr" one r."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"([a-z])\1{2,}", r"\1", bare)
