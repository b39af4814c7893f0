"""Words to meaning: the model reads the whole request and each of its spans; code joins the two."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from iea.language import LanguageModel
from iea.tools import TOOLS
from services.planner.backend import Beyond, Context, Identity, Look, Move, Understanding, Wish
from services.planner.embedded import english
from services.planner.embedded.atoms import SURE, Atom, amount, joined, likeliest, undecided
from services.planner.embedded.figures import (
    amounts_in,
    figure_in,
    lessens_further,
    names_look,
    names_shape,
    removed,
    removed_tool,
    removes,
)
from services.planner.embedded.meaning import FACTORS, looks_of, understood, wishes_of
from services.planner.embedded.spans import cut

MODEL = Path(__file__).with_name("model")
_FAINT = 0.35
"""Probability of a guess below which rules of English, if they read something, are believed."""
_LESSENED = ("contrast", "saturation", "vibrance", "clarity", "texture", "sharpen")
"""Tools of which there can be less; less exposure is darker, and less of that is lighter again."""


class Embedded:
    """Understands requests in eight languages, without torch and without a network."""

    def __init__(self, folder: Path = MODEL) -> None:
        self._model = LanguageModel(folder)

    @property
    def identity(self) -> Identity:
        """The model's name and version."""
        made = self._model.manifest
        return Identity("embedded", made["model"], made["version"])

    def understand(self, words: str, context: Context) -> Understanding:
        """Say what words mean."""
        spans = cut(words)
        if not spans:
            return Understanding("none", beyond=(Beyond("empty", words.strip()),))
        if removes(words) and names_look(words) and (looks := self._gone(words)[1]):
            return Understanding(
                "edit", looks=looks, language=self._model.read([words])[0].language
            )
        meant = self._read(words, spans)
        if meant.act == "scale" and lessens_further(words) and self._lessened(context):
            return replace(meant, factor=FACTORS["more"][1])
        gone = removed_tool(words)
        if context.program.find(gone) is not None and TOOLS[gone].stage == "geometry":
            move = Move(gone, "none", words=words)
            return Understanding("edit", moves=(move,), language=meant.language)
        if meant.language != "en":
            return meant
        return _second_opinion(meant, english.read(words, context))

    def _read(self, words: str, spans: Sequence[str]) -> Understanding:
        pieces = [piece for span in spans for piece in amounts_in(span) or [span]]
        amounts = [atom for piece in pieces if (atom := amount(piece)) is not None]
        said = {atom.words for atom in amounts}
        rest = [piece for piece in pieces if piece not in said]
        if not rest:
            return understood(amounts, words, self._model.read([words])[0].language)
        # Figures would only confuse the model; "shadows up" is what the rest is about.
        plain = [piece for piece in pieces if piece in rest or figure_in(piece) is None]
        text = " ".join(words.split()) if plain == spans else ", ".join(plain)
        whole, *parts = self._model.read([text, *rest] if len(plain) > 1 else [text])
        named = {atom.name[:-1] for atom in amounts}
        atoms = [a for a in joined(whole, parts or [whole], rest) if a.name[:-1] not in named]
        if not atoms and not amounts:
            if torn := undecided(whole):
                return Understanding("ask", question=f"both_ways:{torn}", language=whole.language)
            if removes(words) and any(gone := self._gone(words)):
                wishes, looks = gone
                return Understanding("edit", wishes, looks, language=whole.language)
            if not names_shape(words):
                atoms = likeliest(whole, text)
                guessed = not atoms or atoms[0].chance < _FAINT
                return replace(understood(atoms, words, whole.language), guessed=guessed)
            atoms = [Atom("crop:1:1", 1.0, words, 1.0, "")]
        return understood(atoms + amounts, words, whole.language)

    def _lessened(self, context: Context) -> bool:
        """Tell whether the turn before asked for less of something: "tone down the colours"."""
        for words in reversed(context.past):
            before = self._read(words, cut(words) or [words])
            if before.act != "scale":
                wishes = before.wishes
                return bool(wishes) and all(w.tool in _LESSENED and w.direction < 0 for w in wishes)
        return False

    def _gone(self, words: str) -> tuple[tuple[Wish, ...], tuple[Look, ...]]:
        """Return what words ask to go, as wishes without what made it, and as looks."""
        sense = self._model.read([removed(words)])[0]
        said = [Atom(n, p, words, 1.0, "") for n, p in sense.atoms.items() if p >= SURE]
        looks = tuple(replace(look, gone=True) for look in looks_of(said))
        wishes = (replace(w, direction=-w.direction, how="remove") for w in wishes_of(said))
        return tuple(wishes), looks


def _second_opinion(meant: Understanding, ruled: Understanding) -> Understanding:
    """Take the rules' reading of English where the model makes nothing of the words."""
    nothing = meant.act in ("ask", "none") and all(b.kind == "nothing" for b in meant.beyond)
    plain = ruled.act == "edit" and ruled.wishes and not ruled.beyond
    acts = ruled.act in ("scale", "undo", "reset", "reverse", "ask", "explain")
    return ruled if (nothing and (plain or acts)) or (meant.guessed and plain) else meant
