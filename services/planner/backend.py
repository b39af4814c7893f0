"""The language part of the planner, as an interface: words in, what they mean out.

A backend knows language and no photo: how strong a wish is on this photo is the solver's matter,
and what "a little less" refers to is the dialogue's.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from iea.program import Program

Act = Literal[
    "edit",
    "scale",
    "undo",
    "reset",
    "reverse",
    "auto",
    "balance",
    "explain",
    "thanks",
    "ask",
    "none",
]
"""What a turn does. `scale` makes the last turn stronger or weaker; `auto` leaves the wishes to the
planner, and `balance` those about the white balance; `ask` needs one answer first; `none` holds
nothing that can be done."""

How = Literal["change", "ease", "set", "by", "remove"]
"""`change`: by `degree`, solved on the photo. `ease`: the same, but where an earlier turn pushed
the other way, take that back in part. `set` and `by`: an explicit number. `remove`: without the
step of that tool, or, where there is none, a change."""


@dataclass(frozen=True)
class Wish:
    """One thing that should change.

    `direction` is +1 or -1 on the tool's main parameter. `degree` is 1 for a plain wish (a bit 0.5,
    a lot 1.8, extremely 2.5). `words` are the user's own.
    """

    tool: str
    direction: int
    degree: float = 1.0
    how: How = "change"
    number: float = 0.0
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

    `factor` goes with the act: how much stronger (`scale`), or how many turns (`undo`). `question`
    is what to ask with `ask`. Wishes may come with any act: "undo that and make it warmer".
    """

    act: Act
    wishes: tuple[Wish, ...] = ()
    keeps: tuple[Keep, ...] = ()
    beyond: tuple[Beyond, ...] = ()
    factor: float = 1.0
    question: str = ""


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

    identity: Identity

    def understand(self, words: str, context: Context) -> Understanding:
        """Say what words mean. Never fails: words without meaning give the act `none`."""
        ...
