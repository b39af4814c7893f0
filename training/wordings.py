"""The corpus: hand-made wordings and what they mean; `corpus/README.md` has the notation."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")
LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "zh", "ja")
REGIONS = (
    *("sky", "face", "subject", "background", "foreground", "left", "right", "top", "bottom"),
    *("centre", "shadows", "highlights"),
)
DEGREES = (0.5, 1.0, 1.8, 2.5)
_ATOM = re.compile(
    r"(?P<name>[a-z_0-9]+(?:[.:][a-z_:0-9-]+)*?[+-]?|keep:[A-Za-z_]+|rotate:-90)"
    r"(?:\*(?P<degree>[\d.]+))?(?:@(?P<region>[a-z]+))?"
)


@dataclass(frozen=True)
class Atom:
    """One thing that a wording says: `exposure+`, `style:noir`, `act:undo` ..."""

    name: str
    degree: float = 1.0
    region: str = ""


@dataclass(frozen=True)
class Wording:
    """A wording, its meaning, its language, and the file it stands in."""

    text: str
    atoms: tuple[Atom, ...]
    language: str
    source: str


def read_meaning(meaning: str) -> tuple[Atom, ...]:
    """Read atoms joined by semicolons; ValueError names one that is none."""
    return tuple(_atom(part.strip()) for part in meaning.split(";") if part.strip())


def _atom(text: str) -> Atom:
    match = _ATOM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no atom of a meaning")
    degree = float(match["degree"] or 1)
    if degree not in DEGREES:
        raise ValueError(f"{text!r} has a degree that is none of {DEGREES}")
    if match["region"] and match["region"] not in REGIONS:
        raise ValueError(f"{text!r} names a region that is none of {', '.join(REGIONS)}")
    return Atom(match["name"], degree, match["region"] or "")


def read_corpus(folder: Path = CORPUS) -> list[Wording]:
    """Read all wordings, in the order of files and lines; ValueError names a bad line."""
    return [
        wording for path in sorted(folder.glob("*/**/*.tsv")) for wording in _read(path, folder)
    ]


def _read(path: Path, folder: Path) -> Iterator[Wording]:
    source = path.relative_to(folder)
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        meaning, tab, text = line.partition("\t")
        try:
            if not tab or not text.strip():
                raise ValueError("a line is MEANING, a tab and WORDING")
            atoms = read_meaning(meaning)
        except ValueError as error:
            raise ValueError(f"{source}:{number}: {error}.") from None
        yield Wording(text.strip(), atoms, source.parts[0], str(source))


def corpus_digest(wordings: Iterable[Wording]) -> str:
    """Return the SHA-256 of a corpus, in whatever order its wordings come."""
    lines = sorted(f"{w.language}\t{w.text}\t{w.atoms}" for w in wordings)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
