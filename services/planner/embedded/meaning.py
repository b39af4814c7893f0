"""What the atoms of a request mean together: wishes, looks, moves, keeps, and acts."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from iea.masks.places import ELSEWHERE
from iea.tools import TOOLS
from iea.tools.color_mixer import COLOURS
from services.planner.backend import Act, Beyond, How, Keep, Look, Move, Understanding, Wish
from services.planner.embedded.atoms import COLOUR_WISH, TOOL_WISH, Atom
from services.planner.embedded.figures import (
    Figure,
    colour_in,
    corrects,
    count_in,
    counts_steps,
    drops,
    factor_in,
    figure_in,
    named_tool,
    pixels_in,
    ratio_in,
    removes,
    turn_in,
)

_MILD = 0.7
"""The share that is left of wishes that must not be overdone."""
KEEPS = {
    **{name: (name,) for name in ("L", "C", "shadows", "highlights")},
    "colours": ("a", "b", "S"),
    "saturation": ("S",),
    "temperature": ("b",),
    "sharpness": ("D",),
    "grain": ("N",),
    "mood": ("L", "b"),
}
_EFFECTS = ("grain", "vignette", "glow", "fade", "sepia", "blur", "black_and_white")
PLACES = ("sky", "face", "subject", "background")
_SOCIAL = ("chat", "nonsense", "insult", "question")
"""Kinds of the impossible that are passed over where there is something to do."""
FACTORS = {"more": (1.25, 1.5, 2.0, 3.0), "less": (0.75, 0.6, 0.4, 0.2)}
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


def understood(atoms: Sequence[Atom], words: str, language: str) -> Understanding:
    """Say what a request means whose atoms were read in these words."""
    wishes, looks, moves = wishes_of(atoms), looks_of(atoms), _moves(atoms)
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
        Keep(KEEPS[name], a.words)
        for a in atoms
        if a.name.startswith("keep:") and (name := a.name[5:]) in KEEPS
    )
    return Understanding(
        act, wishes, looks, moves, keeps, beyond, factor, region, language=language
    )


def _empty_handed(
    atoms: Sequence[Atom], beyond: tuple[Beyond, ...], words: str, language: str
) -> Understanding:
    """Answer words without a wish: what cannot be done, courtesy, or nothing at all."""
    if beyond:
        return Understanding("none", beyond=beyond, language=language)
    if any(atom.name.startswith("keep:") for atom in atoms):
        return Understanding("thanks", language=language)
    return Understanding("none", beyond=(Beyond("nothing", words.strip()),), language=language)


def wishes_of(atoms: Sequence[Atom]) -> tuple[Wish, ...]:
    """Return the wishes for tools, one for each parameter and place."""
    found: dict[tuple[str, str, str], Wish] = {}
    mild = _MILD if any(atom.name == "keep:natural" for atom in atoms) else 1.0
    for atom in atoms:
        wish = _wish(atom)
        if wish is not None:
            wish = replace(wish, degree=wish.degree * mild)
            found.setdefault((wish.tool, wish.param, wish.region), wish)
    tools = [wish.tool for wish in found.values()]
    return tuple(_numbered(wish, tools) for wish in found.values())


def _wish(atom: Atom) -> Wish | None:
    said = partial(Wish, degree=atom.degree, words=atom.words)
    if atom.name.startswith("remove:"):
        return said(atom.name[7:], -1, how="remove")
    colour = COLOUR_WISH.fullmatch(atom.name)
    if colour is not None:
        sign = 1 if colour[3] == "+" else -1
        param = f"{colour[1]}_{colour[2]}"
        return said("color_mixer", sign, param=param, region=_masked(atom, "color_mixer"))
    plain = TOOL_WISH.fullmatch(atom.name)
    if plain is None or plain[1] not in TOOLS:
        return None
    sign = 1 if plain[2] == "+" else -1
    return _placed(said(plain[1], sign), atom)


def _placed(wish: Wish, atom: Atom) -> Wish:
    """Put a wish where it was said; tones of the dark or light parts have tools of their own."""
    if atom.region in ("shadows", "highlights") and wish.tool in ("exposure", "brightness"):
        return replace(wish, tool=atom.region)
    if atom.region == wish.tool:
        return wish
    goes = removes(atom.words) or (wish.tool in _EFFECTS and drops(atom.words))
    how: How = "remove" if goes and wish.direction < 0 else "change"
    return replace(wish, how=how, region=_masked(atom, wish.tool))


def _masked(atom: Atom, tool: str) -> str:
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


def looks_of(atoms: Sequence[Atom]) -> tuple[Look, ...]:
    """Return the looks; a second one only where other words ask for it.

    Two words say one thing, the surer one: "more saturated" is not "vivid".
    """
    short = (a for a in reversed(atoms) if len(a.words.split()) < 3)
    plain = {a.words: a.chance for a in short if TOOL_WISH.fullmatch(a.name)}
    found: dict[str, Look] = {}
    for atom in atoms:
        if atom.name.startswith("style:") and atom.chance > plain.get(atom.words, 0.0):
            found.setdefault(atom.words, Look(atom.name[6:], atom.degree, atom.words, atom.region))
    return tuple(found.values())


def _moves(atoms: Sequence[Atom]) -> tuple[Move, ...]:
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


def _contradiction(atoms: Sequence[Atom]) -> str:
    """Return the tool that two wishes pull both ways, or ""."""
    said: dict[tuple[str, str], str] = {}
    for atom in atoms:
        match = TOOL_WISH.fullmatch(atom.name)
        if match is None or match[1] not in TOOLS:
            continue
        if said.setdefault((match[1], atom.region), match[2]) != match[2]:
            return match[1]
    return ""


def _kept_out(
    atoms: Sequence[Atom], wishes: tuple[Wish, ...], looks: tuple[Look, ...]
) -> tuple[tuple[Wish, ...], tuple[Look, ...]]:
    """Keep wishes for the whole photo out of the place that should stay as it is."""
    kept = [a.name[5:] for a in atoms if a.name.startswith("keep:") and a.name[5:] in PLACES]
    if not kept:
        return wishes, looks
    place = ELSEWHERE + kept[0]
    return (
        tuple(
            replace(w, region=place) if not w.region and TOOLS[w.tool].masks else w for w in wishes
        ),
        tuple(replace(look, region=look.region or place) for look in looks),
    )


def _act(atoms: Sequence[Atom], words: str) -> tuple[Act, float, str]:
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
        elif name in FACTORS:
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
    return FACTORS[name][_DEGREES.index(degree)]
