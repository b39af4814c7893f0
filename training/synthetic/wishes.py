"""What is asked for: wishes as the corpus has them, and as the paper samples them."""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from iea.tools import TOOLSETS, Tool, iea16
from training.wordings import DEGREES, Atom

WEIGHTS = {
    "exposure": 0.9,
    "brightness": 0.9,
    "contrast": 0.7,
    "saturation": 0.7,
    "vibrance": 0.7,
    "highlights": 0.6,
    "shadows": 0.6,
    "temperature": 0.6,
    "natural_contrast": 0.5,
    "sharpness": 0.5,
    "tint": 0.4,
    "whites": 0.3,
    "blacks": 0.3,
    "vignette": 0.25,
    "fade": 0.15,
    "grain": 0.1,
}
"""How likely each tool is drawn: the third stage of arXiv 2606.08016. `iea` has no natural
contrast, and calls sharpness `sharpen`."""


SUBSTITUTES = (
    ("exposure", "brightness"),
    ("saturation", "vibrance"),
    ("highlights", "whites"),
    ("shadows", "blacks"),
)
"""Tools that may stand for each other (the same source)."""


class Band(NamedTuple):
    """A band of strengths, 0..100, and its share: light, medium, heavy, extreme in the paper."""

    low: int
    high: int
    share: float


BANDS = (Band(15, 30, 0.5), Band(45, 60, 0.3), Band(75, 90, 0.15), Band(100, 100, 0.05))
"""One for each of `training.wordings.DEGREES`: said with a bit, plainly, a lot, all there is."""

MEANT = {"brightness": "exposure", "natural_contrast": "contrast", "sharpness": "sharpen"}
"""What a tool without words of its own is said as."""

_ONE_WAY = {"fade": 1, "grain": 1, "natural_contrast": 1, "vibrance": -1}
"""Tools of `iea16` that do nothing the other way, or what nobody asks for: an inverted picture."""

_ADJUSTED = re.compile(r"([a-z_]+)([+-])")
COLOUR = re.compile(r"([a-z]+)\.(hue|saturation|luminance)([+-])")
MOVES = ("crop", "rotate", "flip", "perspective", "resize")
_UNKNOWABLE = ("rotate:upright",)
"""Moves that no program is known for: nothing tells here how the photo lies."""
_TONES = ("shadows", "highlights")
"""Places whose light has tools of its own."""


@dataclass(frozen=True)
class Wish:
    """One thing to change: what is said (an atom of the corpus), and by which tool, how strongly.

    `strength` is 0..100 on the paper's scale. `number` is the amount that the words name, per cent
    for exposure of `iea` and the tool's own units else; 0 where they name none.
    """

    tool: str
    atom: Atom
    strength: float = 0.0
    number: int = 0

    @property
    def way(self) -> int:
        """+1 for more and -1 for less of what is said."""
        return -1 if self.atom.name.endswith("-") else 1

    @property
    def degree(self) -> float:
        """The strength in plain wishes: the middle of each band is what its words say."""
        middles = [(band.low + band.high) / 2 for band in BANDS]
        return float(np.interp(self.strength, (0.0, *middles), (0.0, *DEGREES)))


def strength(dice: random.Random, degree: float | None = None) -> int:
    """Return a strength in its band: of a degree, or of a band drawn as the paper does."""
    if degree is None:
        (band,) = dice.choices(BANDS, [band.share for band in BANDS])
    else:
        band = BANDS[DEGREES.index(degree)]
    return dice.randint(band.low, band.high)


def paper_tools(toolset: str) -> dict[str, float]:
    """Return the paper's tools that a toolset has, by the toolset's names, and their weights."""
    named = {_named(tool, toolset): weight for tool, weight in WEIGHTS.items()}
    return {tool: named[tool] for tool in named if tool in TOOLSETS[toolset].tools}


def paper_wishes(toolset: str, dice: random.Random, but: Iterable[str] = ()) -> list[Wish]:
    """Return wishes for 3-5 tools of a toolset, in the order drawn, none of `but` among them."""
    shares = paper_tools(toolset)
    for tool in but:
        del shares[tool]
    chosen: list[str] = []
    for _ in range(dice.randint(3, 5)):
        (tool,) = dice.choices(list(shares), list(shares.values()))
        del shares[tool]
        chosen.append(tool)
    ways = _ways_said(chosen, toolset, dice)
    return [_drawn(tool, ways[MEANT.get(tool, tool)], dice) for tool in chosen]


def _ways_said(tools: Sequence[str], toolset: str, dice: random.Random) -> dict[str, int]:
    """Draw a way for each thing said: tools that are said alike go the same way."""
    possible: dict[str, set[int]] = {}
    for tool in tools:
        said = possible.setdefault(MEANT.get(tool, tool), {-1, 1})
        said &= set(ways_of(tool, toolset))
    return {said: dice.choice(sorted(ways)) for said, ways in possible.items()}


def _drawn(tool: str, way: int, dice: random.Random) -> Wish:
    much = strength(dice)
    degree = next(d for d, band in zip(DEGREES, BANDS, strict=True) if much <= band.high)
    return Wish(tool, Atom(f"{MEANT.get(tool, tool)}{'+' if way > 0 else '-'}", degree), much)


def ways_of(tool: str, toolset: str) -> tuple[int, ...]:
    """Return the ways, +1 and -1, that a tool can go from where it changes nothing."""
    if toolset == iea16.NAME:
        return (_ONE_WAY[tool],) if tool in _ONE_WAY else (-1, 1)
    return (1,) if TOOLSETS[toolset].tools[tool].main.min == 0 else (-1, 1)


def _named(tool: str, toolset: str) -> str:
    """Return what a toolset calls a tool that either toolset names."""
    if toolset == iea16.NAME:
        return "sharpness" if tool == "sharpen" else tool
    return "sharpen" if tool == "sharpness" else tool


@cache
def tool_of(atom: Atom, toolset: str) -> str:
    """Return the tool that does what an atom says to a photo as it came; "" where none does."""
    adjusted, colour = _ADJUSTED.fullmatch(atom.name), COLOUR.fullmatch(atom.name)
    if adjusted is not None:
        tool = _named(adjusted[1], toolset)
        if tool == "exposure" and atom.region in _TONES:
            tool = atom.region
        way, plain = 1 if adjusted[2] == "+" else -1, TOOLSETS[toolset].plain
        known = TOOLSETS[toolset].tools.get(tool)
        if known is None or (plain and place_of(known, atom)) or way not in ways_of(tool, toolset):
            return ""
        return tool
    if toolset == iea16.NAME:
        return ""
    if colour is not None:
        return "color_mixer"
    head = atom.name.partition(":")[0]
    return head if head in MOVES and atom.name not in _UNKNOWABLE else ""


def place_of(tool: Tool, atom: Atom) -> str:
    """Return where a tool is wanted: dark parts are where the tool of dark parts works anyway."""
    return atom.region if tool.masks and tool.name != atom.region else ""


def wish_of(atom: Atom, toolset: str, dice: random.Random) -> Wish:
    """Return the wish of an atom that a tool of the toolset does, its strength by the degree."""
    return Wish(tool_of(atom, toolset), atom, strength(dice, atom.degree))
