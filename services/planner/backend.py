"""The language part of the planner, as an interface: words in, what they mean out.

A backend knows language and no photo: how strong a wish is on this photo is the solver's matter,
and what "a little less" refers to is the dialogue's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from iea.program import Program
from iea.tools import Value

Act = Literal[
    "edit",
    "scale",
    "undo",
    "redo",
    "back",
    "reset",
    "reverse",
    "only",
    "same",
    "auto",
    "balance",
    "explain",
    "describe",
    "thanks",
    "ask",
    "none",
]
"""What a turn does. `scale` makes the last turn stronger or weaker, `back` goes to an earlier
version, `only` moves the last turn's steps to a region and `same` does them there too; `auto`
leaves the wishes to the planner, and `balance` those about the white balance; `explain` tells of
the edit, `describe` of the photo; `ask` needs one answer first; `none` holds nothing that can be
done."""

How = Literal["change", "set", "by", "remove", "reverse"]
"""`change`: by `degree`, solved on the photo. `set` and `by`: an explicit number. `remove`: without
the step of that tool, or, where there is none, a change. `reverse`: a change, and nothing is left
of what was done the other way by mistake."""


@dataclass(frozen=True)
class Wish:
    """One thing that should change.

    `direction` is +1 or -1 on the tool's parameter `param`, its main one if "". `degree` is 1 for a
    plain wish (a bit 0.5, a lot 1.8, extremely 2.5). `region` is a part of the photo by its name in
    `places`, "" for all of it. `also` are other parameters that the step gets with it, `look` the
    style that it is a part of. `words` are the user's own.
    """

    tool: str
    direction: int
    degree: float = 1.0
    how: How = "change"
    number: float = 0.0
    words: str = ""
    region: str = ""
    param: str = ""
    also: Mapping[str, Value] = field(default_factory=dict)
    look: str = ""


@dataclass(frozen=True)
class Look:
    """A style by its name in `styles.toml`, and how much of it; or one that should go."""

    style: str
    degree: float = 1.0
    words: str = ""
    region: str = ""
    gone: bool = False


@dataclass(frozen=True)
class Move:
    """A wish of geometry: `kind` is a tool's name, `value` what of it ("1:1", "90", "upright")."""

    kind: str
    value: str = ""
    degree: float = 1.0
    words: str = ""


@dataclass(frozen=True)
class Keep:
    """Attributes (of `iea.measure`) that should stay as they are."""

    attributes: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Beyond:
    """A part of the request that no tool can do: its kind (a key of `regrets.toml`)."""

    kind: str
    words: str


@dataclass(frozen=True)
class Understanding:
    """What a turn's words mean.

    `factor` goes with the act: how much stronger (`scale`), how many turns (`undo`), which version
    (`back`). `region` is where (`only`, `same`), or a colour (`same`), `question` what to ask with
    `ask`, a key of the replies. Wishes may come with any act: "undo that and make it warmer".
    `language` is the code of the user's language, `guessed` tells that nothing was sure.
    """

    act: Act
    wishes: tuple[Wish, ...] = ()
    looks: tuple[Look, ...] = ()
    moves: tuple[Move, ...] = ()
    keeps: tuple[Keep, ...] = ()
    beyond: tuple[Beyond, ...] = ()
    factor: float = 1.0
    region: str = ""
    question: str = ""
    language: str = "en"
    guessed: bool = False

    @property
    def asks(self) -> bool:
        """Whether anything of the picture should change."""
        return bool(self.wishes or self.looks or self.moves)

    @property
    def open(self) -> bool:
        """Whether one thing must be known first: which of two, or which way up."""
        return self.act == "ask" or any(move.value == "upright" for move in self.moves)


@dataclass(frozen=True)
class Context:
    """What was there before the turn: the present program, and the words that led to it."""

    program: Program
    past: tuple[str, ...]


@dataclass(frozen=True)
class Identity:
    """Which planner answers; goes into every trace."""

    backend: str
    model: str
    version: str


class Backend(Protocol):
    """A language part."""

    @property
    def identity(self) -> Identity:
        """Which planner this is."""
        ...

    def understand(self, words: str, context: Context) -> Understanding:
        """Say what words mean. Never fails: words without meaning give the act `none`."""
        ...
