"""What one clause says, and what the reader of it has heard so far."""

from dataclasses import dataclass, field

from iea.tools import TOOLS
from services.planner.backend import Beyond, Keep, Wish
from services.planner.embedded.english.clauses import Number
from services.planner.embedded.english.lexicon import Sense

MORE = frozenset(("more", "up", "lack", "with"))
"""Kinds of items that steer a tool's name up."""
LESS = frozenset(("less", "down", "remove"))
"""Kinds of items that steer a tool's name down."""
ZONES = frozenset(("shadows", "highlights", "whites", "blacks"))
"""Tools that are parts of the tonal range: "brighter" can be said of them."""
DARK_ZONES = frozenset(("shadows", "blacks"))

_COLOURS = ("a", "b", "S")


@dataclass
class Reading:
    """What one clause says.

    `limits` are tools that must not go too far. `open` are tools named without a direction;
    `steer` is what steered the clause's names, for a list that goes on. `degree` and `number` are
    said without anything to belong to; `things`: words that may name something in the picture.
    `complaint` tells that a fault was named, `corrects` that the speaker changes their mind.
    """

    words: str
    wishes: list[Wish] = field(default_factory=list)
    keeps: list[Keep] = field(default_factory=list)
    beyond: list[Beyond] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    open: list[Sense] = field(default_factory=list)
    steer: str = ""
    keeping: bool = False
    mild: bool = False
    degree: float = 0.0
    number: Number | None = None
    frame: str = ""
    things: bool = False
    complaint: bool = False
    corrects: bool = False

    @property
    def about_picture(self) -> bool:
        """Whether anything but the edit itself is talked about."""
        return bool(self.wishes or self.keeps or self.beyond or self.open or self.limits)


@dataclass
class Heard:
    """What was said in a clause and not used yet.

    `steer` is the kind of the last word of direction, `by` the word; `used` once a tool took it.
    `complains` tells that the clause before was a complaint, `locked` that the frame stays.
    """

    steer: str = ""
    by: str = ""
    used: bool = False
    too: bool = False
    neg: bool = False
    so: bool = False
    like: bool = False
    complains: bool = False
    locked: bool = False
    region: str = ""
    whole: bool = False
    unknown: list[str] = field(default_factory=list)

    def turn(self, kind: str, by: str, *, used: bool = False) -> None:
        """Take a new word of direction."""
        self.steer, self.by, self.used = kind, by, used

    def settle(self) -> None:
        """Forget what belonged to the tool that was just named."""
        self.too = self.neg = self.so = False
        self.used = bool(self.steer)


def keep_of(tool: str, text: str) -> tuple[str, ...]:
    """Return the attributes that must stay when a tool's matter is to be kept."""
    if text.startswith("colo") or tool == "black_and_white":
        return _COLOURS
    return (TOOLS[tool].target.attribute,)
