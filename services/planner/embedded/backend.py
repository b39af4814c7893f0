"""Words to meaning: the model reads the whole request and each of its spans; code joins the two."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from iea.language import LanguageModel, Sense
from iea.masks.places import ELSEWHERE
from iea.tools import TOOLS
from iea.tools.color_mixer import COLOURS
from services.planner.backend import (
    Act,
    Beyond,
    Context,
    How,
    Identity,
    Keep,
    Look,
    Move,
    Understanding,
    Wish,
)
from services.planner.embedded import english
from services.planner.embedded.figures import (
    Figure,
    amounts_in,
    colour_in,
    corrects,
    count_in,
    counts_steps,
    drops,
    factor_in,
    figure_in,
    lessens_further,
    named_channel,
    named_tool,
    names_look,
    names_shape,
    pixels_in,
    ratio_in,
    removed,
    removed_tool,
    removes,
    steered_tool,
    turn_in,
)
from services.planner.embedded.spans import cut

MODEL = Path(__file__).with_name("model")

SURE = 0.5
"""Probability from which an atom is believed."""
_PLAIN = 0.6
"""Probability in the whole from which an atom is believed whatever its spans say."""
_TORN, _CLOSE = 0.7, 0.15
"""From where two opposite wishes are both meant, and how near neither is."""
_GUESS = 0.2
"""Probability from which the likeliest atom is taken where none is sure."""
_ODD = 0.25
"""Probability of nonsense from which nothing is guessed."""
_HINT = 0.15
"""Probability in the whole below which no span is believed: chatter says a lot by itself."""
_MILD = 0.7
"""The share that is left of wishes that must not be overdone."""
_COLOUR_WISH = re.compile(r"(\w+)\.(hue|saturation|luminance)([+-])")
_TOOL_WISH = re.compile(r"(\w+)([+-])")
_KEEPS = {
    **{name: (name,) for name in ("L", "C", "shadows", "highlights")},
    "colours": ("a", "b", "S"),
    "saturation": ("S",),
    "temperature": ("b",),
    "sharpness": ("D",),
    "grain": ("N",),
    "mood": ("L", "b"),
}
_EFFECTS = ("grain", "vignette", "glow", "fade", "sepia", "blur", "black_and_white")
_PLACES = ("sky", "face", "subject", "background")
_LESSENED = ("contrast", "saturation", "vibrance", "clarity", "texture", "sharpen")
"""Tools of which there can be less; less exposure is darker, and less of that is lighter again."""
_AGAIN = ("act:same", "act:less", "act:more")
_SOCIAL = ("chat", "nonsense", "insult", "question")
"""Kinds of the impossible that are passed over where there is something to do."""
_FACTORS = {"more": (1.25, 1.5, 2.0, 3.0), "less": (0.75, 0.6, 0.4, 0.2)}
_DEGREES = (0.5, 1.0, 1.8, 2.5)
_ACTS: dict[str, Act] = {
    "undo": "undo",
    "redo": "redo",
    "reset": "reset",
    "reverse": "reverse",
    "back": "back",
    "explain": "explain",
    "describe": "describe",
    "more": "scale",
    "less": "scale",
    "changes": "explain",
    "thanks": "thanks",
    "only": "only",
    "correct": "only",
    "same": "same",
}


@dataclass(frozen=True)
class _Atom:
    """An atom that was read: with what certainty, in which words, how strong, and where."""

    name: str
    chance: float
    words: str
    degree: float
    region: str


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
            return replace(meant, factor=_FACTORS["more"][1])
        gone = removed_tool(words)
        if context.program.find(gone) is not None and TOOLS[gone].stage == "geometry":
            move = Move(gone, "none", words=words)
            return Understanding("edit", moves=(move,), language=meant.language)
        if meant.language != "en":
            return meant
        return _second_opinion(meant, english.read(words, context))

    def _read(self, words: str, spans: Sequence[str]) -> Understanding:
        pieces = [piece for span in spans for piece in amounts_in(span) or [span]]
        amounts = [atom for piece in pieces if (atom := _amount(piece)) is not None]
        said = {atom.words for atom in amounts}
        rest = [piece for piece in pieces if piece not in said]
        if not rest:
            return _understood(amounts, words, self._model.read([words])[0].language)
        text = ", ".join(rest) if amounts else " ".join(words.split())
        whole, *parts = self._model.read([text, *rest] if len(rest) > 1 else [text])
        atoms = _joined(whole, parts or [whole], rest)
        if not atoms and not amounts:
            if torn := _undecided(whole):
                return Understanding("ask", question=f"both_ways:{torn}", language=whole.language)
            if removes(words) and any(gone := self._gone(words)):
                wishes, looks = gone
                return Understanding("edit", wishes, looks, language=whole.language)
            shaped = [_Atom("crop:1:1", 1.0, words, 1.0, "")] if names_shape(words) else []
            atoms = shaped or _likeliest(whole, text)
        return _understood(atoms + amounts, words, whole.language)

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
        said = [_Atom(n, p, words, 1.0, "") for n, p in sense.atoms.items() if p >= SURE]
        looks = tuple(replace(look, gone=True) for look in _looks(said))
        wishes = (replace(w, direction=-w.direction, how="remove") for w in _wishes(said))
        return tuple(wishes), looks


def _second_opinion(meant: Understanding, ruled: Understanding) -> Understanding:
    """Take the rules' reading of English where the model makes nothing of the words."""
    unsure = meant.act in ("ask", "none") and all(b.kind == "nothing" for b in meant.beyond)
    plain = ruled.act == "edit" and ruled.wishes and not ruled.beyond
    acts = ruled.act in ("scale", "undo", "reset", "reverse", "ask", "explain")
    return ruled if unsure and (plain or acts) else meant


def _amount(span: str) -> _Atom | None:
    """Return the atom of a span that is a tool's name and an amount or a way, and nothing else.

    Pixels mean a size in whatever words.
    """
    if pixels_in(span):
        return _Atom("resize:smaller", 1.0, span, 1.0, "")
    steered, way = steered_tool(span)
    if steered:
        return _Atom(f"{steered}{'+' if way > 0 else '-'}", 1.0, span, 1.0, "")
    figure = figure_in(span)
    tool = (named_channel(span) or named_tool(span)) if figure is not None else ""
    if figure is None or not tool:
        return None
    return _Atom(f"{tool}{'-' if figure.sign < 0 else '+'}", 1.0, span, 1.0, "")


def _joined(whole: Sense, parts: Sequence[Sense], spans: Sequence[str]) -> list[_Atom]:
    """Return what the request says: seen in the whole, or plainly in one span of it."""
    found, words = [], ", ".join(spans)
    names = {name for sense in (whole, *parts) for name in sense.atoms}
    for name in names:
        best = max(range(len(parts)), key=lambda i: parts[i].atoms.get(name, 0.0))
        seen, plain = whole.atoms.get(name, 0.0), parts[best].atoms.get(name, 0.0)
        chance = max((seen + plain) / 2, seen if seen >= _PLAIN else 0.0)
        if chance < SURE or seen < _HINT:
            continue
        if plain < SURE:  # no span says it by itself
            found.append(_Atom(name, chance, words, whole.degree, _certain(whole.regions)))
            continue
        place = _place(name, whole, parts, best)
        found.append(_Atom(name, chance, spans[best], parts[best].degree, place))
    if elsewhere := list(_elsewhere(found, parts, spans)):
        # Such words speak of this request, and not of the turn before.
        found = [a for a in found if a.name not in _AGAIN] + elsewhere
    return _one_way(sorted(found, key=lambda atom: -atom.chance))


def _place(name: str, whole: Sense, parts: Sequence[Sense], best: int) -> str:
    """Return where an atom is meant that a span says: in its own words, or in those around it."""
    if name.startswith("act:"):
        return _certain(whole.regions)
    if place := _certain(parts[best].regions):
        return place
    claimed = {_certain(part.regions) for part in parts} - {""}
    open_ = [r for r, chance in whole.regions.items() if chance >= SURE and r not in claimed]
    if open_ and len(parts) == len(claimed) + 1:
        return open_[0]  # "cool sky, warm ground"
    # "The sky is too bright, darken it"; but grass that should be greener has a place of its own.
    inherits = len(claimed) == 1 and not _COLOUR_WISH.fullmatch(name)
    return _certain(whole.regions) if inherits else ""


def _elsewhere(
    said: Sequence[_Atom], parts: Sequence[Sense], spans: Sequence[str]
) -> Iterator[_Atom]:
    """Yield what "the left needs more light, the right less" asks for on the right."""
    for i, part in enumerate(parts):
        act, place = max(_AGAIN, key=lambda name: part.atoms.get(name, 0.0)), _certain(part.regions)
        before = [atom for atom in said if atom.words in spans[:i]]
        wishes = [atom for atom in before if _TOOL_WISH.fullmatch(atom.name)]
        plain = max((p for name, p in part.atoms.items() if name != act), default=0.0) >= SURE
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


def _one_way(atoms: Sequence[_Atom]) -> list[_Atom]:
    """Leave out what is opposed to a likelier atom, unless other words say it as plainly."""
    kept: list[_Atom] = []
    for atom in atoms:
        opposed = [a for a in kept if a.name[:-1] == atom.name[:-1] and a.region == atom.region]
        torn = all(min(a.chance, atom.chance) > _TORN and a.words != atom.words for a in opposed)
        if torn or not _TOOL_WISH.fullmatch(atom.name):
            kept.append(atom)
    return kept


def _likeliest(whole: Sense, words: str) -> list[_Atom]:
    """Return what a request most likely asks for where nothing is sure, if anything stands out."""
    first = next(iter(whole.atoms.items()), ("", 0.0))
    nonsense = whole.atoms.get("beyond:nonsense", 0.0) > _ODD
    if first[1] < _GUESS or nonsense or first[0].startswith(("beyond:", "keep:")):
        return []
    return [_Atom(first[0], first[1], words, whole.degree, _certain(whole.regions))]


def _undecided(sense: Sense) -> str:
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


def _understood(atoms: Sequence[_Atom], words: str, language: str) -> Understanding:
    wishes, looks, moves = _wishes(atoms), _looks(atoms), _moves(atoms)
    torn = _contradiction(atoms)
    if torn:
        return Understanding("ask", question=f"both_ways:{torn}", language=language)
    wishes, looks = _kept_out(atoms, wishes, looks)
    if corrects(words):
        wishes = tuple(replace(w, how="reverse") if w.how == "change" else w for w in wishes)
    asks = bool(wishes or looks or moves)
    beyond = tuple(
        Beyond(kind, a.words)
        for a in atoms
        if a.name.startswith("beyond:") and ((kind := a.name[7:]) not in _SOCIAL or not asks)
    )
    act, factor, region = _act(atoms, words)
    if act == "same" and region in COLOURS:
        wishes = tuple(wish for wish in wishes if wish.tool != "color_mixer")
    if act == "edit" and not asks:
        return _empty_handed(atoms, beyond, words, language)
    keeps = tuple(
        Keep(_KEEPS[name], a.words)
        for a in atoms
        if a.name.startswith("keep:") and (name := a.name[5:]) in _KEEPS
    )
    return Understanding(
        act, wishes, looks, moves, keeps, beyond, factor, region, language=language
    )


def _empty_handed(
    atoms: Sequence[_Atom], beyond: tuple[Beyond, ...], words: str, language: str
) -> Understanding:
    """Answer words without a wish: what cannot be done, courtesy, or nothing at all."""
    if beyond:
        return Understanding("none", beyond=beyond, language=language)
    if any(atom.name.startswith("keep:") for atom in atoms):
        return Understanding("thanks", language=language)
    return Understanding("none", beyond=(Beyond("nothing", words.strip()),), language=language)


def _wishes(atoms: Sequence[_Atom]) -> tuple[Wish, ...]:
    found: dict[tuple[str, str, str], Wish] = {}
    mild = _MILD if any(atom.name == "keep:natural" for atom in atoms) else 1.0
    for atom in atoms:
        wish = _wish(atom)
        if wish is not None:
            wish = replace(wish, degree=wish.degree * mild)
            found.setdefault((wish.tool, wish.param, wish.region), wish)
    tools = [wish.tool for wish in found.values()]
    return tuple(_numbered(wish, tools) for wish in found.values())


def _wish(atom: _Atom) -> Wish | None:
    said = partial(Wish, degree=atom.degree, words=atom.words)
    if atom.name.startswith("remove:"):
        return said(atom.name[7:], -1, how="remove")
    colour = _COLOUR_WISH.fullmatch(atom.name)
    if colour is not None:
        sign = 1 if colour[3] == "+" else -1
        param = f"{colour[1]}_{colour[2]}"
        return said("color_mixer", sign, param=param, region=_masked(atom, "color_mixer"))
    plain = _TOOL_WISH.fullmatch(atom.name)
    if plain is None or plain[1] not in TOOLS:
        return None
    sign = 1 if plain[2] == "+" else -1
    return _placed(said(plain[1], sign), atom)


def _placed(wish: Wish, atom: _Atom) -> Wish:
    """Put a wish where it was said; tones of the dark or light parts have tools of their own."""
    if atom.region in ("shadows", "highlights") and wish.tool in ("exposure", "brightness"):
        return replace(wish, tool=atom.region)
    if atom.region == wish.tool:
        return wish
    goes = removes(atom.words) or (wish.tool in _EFFECTS and drops(atom.words))
    how: How = "remove" if goes and wish.direction < 0 else "change"
    return replace(wish, how=how, region=_masked(atom, wish.tool))


def _masked(atom: _Atom, tool: str) -> str:
    return atom.region if TOOLS[tool].masks else ""


def _numbered(wish: Wish, tools: Sequence[str]) -> Wish:
    """Give a wish the number that its words name, if no other wish could mean it."""
    figure = figure_in(wish.words) if wish.how == "change" else None
    if figure is None or sum(tool == wish.tool for tool in tools) > 1:
        return wish
    value = figure.value
    if wish.tool == "exposure":
        value = _as_stops(figure, wish)
    elif figure.unit == "stops":
        return wish  # "lift the shadows by a stop": stops are light, and shadows have no unit
    if figure.sets or (not figure.sign and named_tool(wish.words) == wish.tool):
        return replace(wish, how="set", number=value)
    if figure.sign:
        named = named_tool(wish.words) == wish.tool
        sign = figure.sign if named or wish.direction > 0 else -1
        return replace(wish, how="by", number=sign * value, direction=sign)
    return replace(wish, how="by", number=wish.direction * value)


def _as_stops(figure: Figure, wish: Wish) -> float:
    """Read a number for exposure: stops, or per cent of light ("20 % brighter")."""
    named = figure.unit == "stops" or named_tool(wish.words) == "exposure"
    if named or figure.value <= TOOLS["exposure"].main.max:
        return figure.value
    share = figure.value / 100
    falls = wish.direction < 0 or figure.sign < 0
    return -math.log2(max(1 - share, 0.1)) if falls else math.log2(1 + share)


def _looks(atoms: Sequence[_Atom]) -> tuple[Look, ...]:
    """Return the looks; a second one only where other words ask for it.

    Two words say one thing, the surer one: "more saturated" is not "vivid".
    """
    short = (a for a in reversed(atoms) if len(a.words.split()) < 3)
    plain = {a.words: a.chance for a in short if _TOOL_WISH.fullmatch(a.name)}
    found: dict[str, Look] = {}
    for atom in atoms:
        if atom.name.startswith("style:") and atom.chance > plain.get(atom.words, 0.0):
            found.setdefault(atom.words, Look(atom.name[6:], atom.degree, atom.words, atom.region))
    return tuple(found.values())


def _moves(atoms: Sequence[_Atom]) -> tuple[Move, ...]:
    kinds = ("crop", "straighten", "rotate", "flip", "perspective", "resize")
    found: dict[str, Move] = {}
    for atom in atoms:
        kind, _, value = atom.name.partition(":")
        if kind == "rotate":
            value = turn_in(atom.words) or value
        if kind == "crop":
            value = ratio_in(atom.words) or value
        if kind == "resize":
            value = pixels_in(atom.words) or value
        turned = {"rotate", "flip"} & found.keys() if kind in ("rotate", "flip") else ()
        if kind in kinds and not turned:  # "upside down" is one of the two
            found[kind] = Move(kind, value, atom.degree, atom.words)
    return tuple(found.values())


def _contradiction(atoms: Sequence[_Atom]) -> str:
    """Return the tool that two wishes pull both ways, or ""."""
    said: dict[tuple[str, str], str] = {}
    for atom in atoms:
        match = _TOOL_WISH.fullmatch(atom.name)
        if match is None or match[1] not in TOOLS:
            continue
        if said.setdefault((match[1], atom.region), match[2]) != match[2]:
            return match[1]
    return ""


def _kept_out(
    atoms: Sequence[_Atom], wishes: tuple[Wish, ...], looks: tuple[Look, ...]
) -> tuple[tuple[Wish, ...], tuple[Look, ...]]:
    """Keep wishes for the whole photo out of the place that should stay as it is."""
    kept = [a.name[5:] for a in atoms if a.name.startswith("keep:") and a.name[5:] in _PLACES]
    if not kept:
        return wishes, looks
    place = ELSEWHERE + kept[0]
    return (
        tuple(
            replace(w, region=place) if not w.region and TOOLS[w.tool].masks else w for w in wishes
        ),
        tuple(replace(look, region=look.region or place) for look in looks),
    )


def _act(atoms: Sequence[_Atom], words: str) -> tuple[Act, float, str]:
    """Return what a turn does to the edit, its factor, and where."""
    acts = [atom for atom in atoms if atom.name.startswith("act:")]
    asked = [a for a in acts if a.name[4:] not in ("thanks", "describe", "explain", "changes")]
    if not asked and len(acts) == len(atoms) and (said := factor_in(words)) is not None:
        return "scale", said, ""
    for atom in [*asked, *acts]:
        name, region = atom.name[4:], atom.region
        factor = 1.0
        if name == "less" and corrects(words):
            name = "reverse"  # "I got it wrong: less, not more"
        elif name in _FACTORS:
            factor = _scale(name, atom.degree, words)
        elif name in ("undo", "back"):
            count = count_in(words)
            name = "undo" if count and counts_steps(words) else name
            factor = float(count or (1 if name == "undo" else 0))
        elif name == "same":
            region = region or colour_in(words)
        return _ACTS[name], factor, region
    names = {atom.name for atom in atoms}
    return "auto" if "auto" in names else "balance" if "balance" in names else "edit", 1.0, ""


def _scale(name: str, degree: float, words: str) -> float:
    """Return the factor on the last turn's changes."""
    figure, named = figure_in(words), factor_in(words)
    if figure is not None and figure.unit == "%":
        share = min(figure.value / 100, 0.95 if name == "less" else 4.0)
        return 1 - share if name == "less" else 1 + share
    if named is not None:
        return named if name == "more" or named < 1 else 1 / named
    return _FACTORS[name][_DEGREES.index(degree)]
