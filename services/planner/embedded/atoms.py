"""Atoms of a request: what the model reads in the whole and in each of its spans, joined."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from iea.language import Sense
from iea.tools import TOOLS
from services.planner.embedded.figures import (
    figure_in,
    named_channel,
    named_tool,
    pixels_in,
    steered_tool,
)

SURE = 0.5
"""Probability from which an atom is believed."""
_PLAIN = 0.6
"""Probability in the whole from which an atom is believed whatever its spans say."""
_TORN, _CLOSE = 0.7, 0.15
"""From where two opposite wishes are both meant, and how near neither is."""
_GUESS = 0.2
"""Probability from which the likeliest reading is taken where none is sure."""
_ODD = 0.25
"""Probability of nonsense from which nothing is guessed."""
_HINT = 0.15
"""Probability in the whole below which no span is believed: chatter says a lot by itself."""
_AGAIN = ("act:same", "act:less", "act:more")

COLOUR_WISH = re.compile(r"(\w+)\.(hue|saturation|luminance)([+-])")
TOOL_WISH = re.compile(r"(\w+)([+-])")


@dataclass(frozen=True)
class Atom:
    """An atom that was read: with what certainty, in which words, how strong, and where."""

    name: str
    chance: float
    words: str
    degree: float
    region: str


def amount(span: str) -> Atom | None:
    """Return the atom of a span that is a tool's name and an amount or a way, and nothing else.

    Pixels mean a size in whatever words.
    """
    if pixels_in(span):
        return Atom("resize:smaller", 1.0, span, 1.0, "")
    steered, way = steered_tool(span)
    if steered:
        return Atom(f"{steered}{'+' if way > 0 else '-'}", 1.0, span, 1.0, "")
    figure = figure_in(span)
    tool = (named_channel(span) or named_tool(span)) if figure is not None else ""
    if figure is None or not tool:
        return None
    return Atom(f"{tool}{'-' if figure.sign < 0 else '+'}", 1.0, span, 1.0, "")


def joined(whole: Sense, parts: Sequence[Sense], spans: Sequence[str]) -> list[Atom]:
    """Return what the request says: seen in the whole, or plainly in one span of it."""
    found, words = [], ", ".join(spans)
    names = {name for sense in (whole, *parts) for name in sense.atoms}
    for name in names:
        best = max(range(len(parts)), key=lambda i: parts[i].atoms.get(name, 0.0))
        seen, plain = whole.atoms.get(name, 0.0), parts[best].atoms.get(name, 0.0)
        chance = max((seen + plain) / 2, seen if seen >= _PLAIN else 0.0)
        if chance < SURE or seen < _HINT:
            continue
        if plain < _GUESS:  # no span says it by itself
            found.append(Atom(name, chance, words, whole.degree, _certain(whole.regions)))
            continue
        place = _place(name, whole, parts, best)
        found.append(Atom(name, chance, spans[best], parts[best].degree, place))
    if elsewhere := list(_elsewhere(found, parts, spans)):
        # Such words speak of this request, and not of the turn before.
        heard = {a.words for a in elsewhere} | {(a.name, words) for a in elsewhere}
        rest = (a for a in found if not {a.words, (a.name, a.words)} & heard)
        found = [a for a in rest if a.name not in _AGAIN] + elsewhere
    return _one_way(sorted(found, key=lambda atom: -atom.chance))


def _place(name: str, whole: Sense, parts: Sequence[Sense], best: int) -> str:
    """Return where an atom is meant that a span says: in its own words, or in those around it."""
    if name.startswith("act:"):
        return _certain(whole.regions)
    if place := _certain(parts[best].regions):
        return place
    claimed = {_certain(part.regions) for part in parts} - {""}
    open_ = [r for r, chance in whole.regions.items() if chance >= _GUESS and r not in claimed]
    if open_ and len(parts) == len(claimed) + 1:
        return open_[0]  # "cool sky, warm ground"
    # "The sky is too bright, darken it"; but grass that should be greener has a place of its own.
    inherits = len(claimed) == 1 and not COLOUR_WISH.fullmatch(name)
    return _certain(whole.regions) if inherits else ""


def _elsewhere(
    said: Sequence[Atom], parts: Sequence[Sense], spans: Sequence[str]
) -> Iterator[Atom]:
    """Yield what "the left needs more light, the right less" asks for on the right."""
    for i, part in enumerate(parts):
        act, place = max(_AGAIN, key=lambda name: part.atoms.get(name, 0.0)), _certain(part.regions)
        before = [atom for atom in said if atom.words in spans[:i]]
        wishes = [atom for atom in before if TOOL_WISH.fullmatch(atom.name)]
        plain = max((p for name, p in part.atoms.items() if name != act), default=0.0) >= _PLAIN
        if part.atoms.get(act, 0.0) < _GUESS or plain or not place or not wishes:
            continue
        last = max(wishes, key=lambda atom: spans.index(atom.words))
        if last.region == place:
            continue
        if act == "act:same":
            yield replace(last, words=spans[i], region=place)
        elif act == "act:less" and last.name.endswith("+"):
            yield replace(last, name=f"{last.name[:-1]}-", words=spans[i], region=place)
        elif act == "act:more" and last.name.endswith("-"):
            yield replace(last, name=f"{last.name[:-1]}+", words=spans[i], region=place)


def _one_way(atoms: Sequence[Atom]) -> list[Atom]:
    """Leave out what is opposed to a likelier atom, unless other words say it as plainly."""
    kept: list[Atom] = []
    for atom in atoms:
        opposed = [a for a in kept if a.name[:-1] == atom.name[:-1] and a.region == atom.region]
        torn = all(min(a.chance, atom.chance) > _TORN and a.words != atom.words for a in opposed)
        if torn or not TOOL_WISH.fullmatch(atom.name):
            kept.append(atom)
    return kept


def likeliest(whole: Sense, words: str) -> list[Atom]:
    """Return what a request most likely asks for where nothing is sure, if anything stands out."""
    first = next(iter(whole.atoms.items()), ("", 0.0))
    nonsense = whole.atoms.get("beyond:nonsense", 0.0) > _ODD
    if first[1] < _GUESS or nonsense or first[0].startswith(("beyond:", "keep:")):
        return []
    return [Atom(first[0], first[1], words, whole.degree, _certain(whole.regions))]


def undecided(sense: Sense) -> str:
    """Return the tool that is named without a direction, or ""."""
    for name, chance in sense.atoms.items():
        tool = name[:-1]
        other = sense.atoms.get(tool + ("-" if name[-1] == "+" else "+"), 0.0)
        near = chance < _PLAIN and 0 <= chance - other < _CLOSE
        if tool in TOOLS and near and chance + other >= SURE:
            return tool
    return ""


def _certain(regions: Mapping[str, float]) -> str:
    return next((name for name, chance in regions.items() if chance >= SURE), "")
