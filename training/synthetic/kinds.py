"""The kinds of examples: each makes records for one photo, or none where chance had none for it."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from iea.program import Program
from training.grammar import dressed
from training.records import Record, Task
from training.synthetic.programs import fulfilled, granted
from training.synthetic.scene import Scene
from training.synthetic.turns import Turn, answered
from training.synthetic.variants import ladder, score, unrelated
from training.synthetic.wishes import MEANT, paper_wishes, wish_of
from training.synthetic.words import Phrasebook, Request, asked, identity, spoken
from training.wordings import Atom, Wording

_TWO_TURNS = 0.3
"""The share of conversations with two turns before the one that counts."""
_AT_ONCE = 0.5
"""The share of impossible requests that come first, before any edit."""
_BY_PAPER = 0.5
"""The share of summaries whose programs are the paper's."""


@dataclass(frozen=True)
class Desk:
    """What an example is made from: a photo, as its digest and as a scene, books, and dice.

    `books` go by language and are of the photo's side of the split; `shares` says how often each
    language speaks.
    """

    photo: str
    scene: Scene
    books: Mapping[str, Phrasebook]
    shares: Mapping[str, float]
    toolset: str
    dice: random.Random

    @property
    def nothing(self) -> Program:
        """The program that leaves the photo as it is."""
        return Program(toolset=self.toolset)

    def book(self, able: Callable[[Phrasebook], object]) -> Phrasebook | None:
        """Draw a language among those whose book is able, None where none is."""
        shares = {
            code: share
            for code, share in self.shares.items()
            if share and code in self.books and able(self.books[code])
        }
        return self.books[_drawn(shares, self.dice)] if shares else None

    def record(self, task: Task, request: Request, program: Program, **more: Any) -> Record:
        """Return a record of a request."""
        said = {"language": request.language, "template": request.template}
        values: dict[str, Any] = {"start": self.nothing, **said, **more}
        return Record(task, self.photo, request.words, program, **values)


def _drawn(shares: Mapping[str, float], dice: random.Random) -> str:
    return dice.choices(list(shares), list(shares.values()))[0]


def _worded(wording: Wording, dice: random.Random) -> Request:
    """Return a request of one wording that holds no wish."""
    words = dressed(wording.text, wording.language, dice)
    return Request(words, wording.language, identity(wording.text))


def _by_users(desk: Desk) -> tuple[Request, Program] | None:
    """Return a request as users make them, and its program."""
    book = desk.book(lambda book: book.edits)
    return _first_turn(desk, book) if book else None


def _first_turn(desk: Desk, book: Phrasebook) -> tuple[Request, Program] | None:
    request = asked(book, desk.dice)
    program = fulfilled(request.wishes, request.keeps, desk.scene, desk.toolset)
    return None if program is None else (request, program)


def _next_turn(desk: Desk, book: Phrasebook, start: Program) -> tuple[Request, Program] | None:
    request = asked(book, desk.dice)
    if request.keeps or any(wish.number for wish in request.wishes):
        return None  # whether they speak of what is there already, too, the words do not tell
    program = granted(start, request.wishes, desk.scene)
    if program is None or not desk.scene.differ(start, program):
        return None
    return request, program


def _by_paper(desk: Desk) -> tuple[Request, Program] | None:
    """Return a program as the paper samples them, and words for it."""
    wishes = paper_wishes(desk.toolset, desk.dice)
    book = desk.book(lambda book: all(book.says(wish.atom) for wish in wishes))
    program = fulfilled(wishes, (), desk.scene, desk.toolset) if book else None
    if program is None or book is None:
        return None
    return spoken(book, wishes, desk.dice), program


def _turns(desk: Desk, book: Phrasebook) -> list[Turn]:
    """Return one or two turns in a language; none where the photo does not allow them."""
    made = _first_turn(desk, book)
    if made is None:
        return []
    turns = [Turn(made[0].words, made[1])]
    if desk.dice.random() < _TWO_TURNS:
        more = _next_turn(desk, book, made[1])
        turns += [] if more is None else [Turn(more[0].words, more[1])]
    return turns


def _said(turns: Sequence[Turn]) -> tuple[str, ...]:
    return tuple(turn.words for turn in turns)


def users(desk: Desk) -> list[Record]:
    """Make an edit as users ask for it."""
    made = _by_users(desk)
    return [] if made is None else [desk.record("edit", *made)]


def paper(desk: Desk) -> list[Record]:
    """Make an edit as the paper samples it."""
    made = _by_paper(desk)
    return [] if made is None else [desk.record("edit", *made)]


def summary(desk: Desk) -> list[Record]:
    """Make a summary: the words that a user would have said, from what was done."""
    made = (_by_paper if desk.dice.random() < _BY_PAPER else _by_users)(desk)
    return [] if made is None else [desk.record("summary", *made)]


def refine(desk: Desk) -> list[Record]:
    """Make a turn that asks for something more."""
    book = desk.book(lambda book: book.edits)
    turns = _turns(desk, book) if book else []
    made = _next_turn(desk, book, turns[-1].program) if book and turns else None
    if made is None:
        return []
    start = turns[-1].program
    return [desk.record("refine", *made, start=start, history=_said(turns))]


def act(desk: Desk) -> list[Record]:
    """Make a turn about the edit: undo, less, more ..."""
    book = desk.book(lambda book: book.edits and book.acts)
    turns = _turns(desk, book) if book else []
    if not book or not turns:
        return []
    wording = desk.dice.choice(book.acts)
    answer = answered(wording.atoms[0], turns, desk.scene)
    if answer is None:
        return []
    program, reply = answer
    said = _worded(wording, desk.dice)
    more = {"start": turns[-1].program, "history": _said(turns), "reply": reply}
    return [desk.record("refine", said, program, **more)]


def remove(desk: Desk) -> list[Record]:
    """Make a turn that wants an effect gone that is there."""
    book = desk.book(lambda book: book.edits and book.removals)
    turns = _turns(desk, book) if book else []
    if not book or not turns:
        return []
    wording = desk.dice.choice(book.removals)
    tool = book.removed(wording.atoms[0])
    wish = wish_of(Atom(f"{MEANT.get(tool, tool)}+"), desk.toolset, desk.dice)
    before = turns[-1].program
    start = granted(before, [wish], desk.scene) if book.says(wish.atom) else None
    seen = start is not None and desk.scene.differ(before, start)
    if start is None or not seen or before.find(tool) is not None:
        return []
    history = (*_said(turns), spoken(book, [wish], desk.dice).words)
    said = _worded(wording, desk.dice)
    return [desk.record("refine", said, before, start=start, history=history)]


def mend(desk: Desk) -> list[Record]:
    """Make a turn that says again what was wanted, of a program that is not quite that."""
    made = _by_paper(desk)
    if made is None:
        return []
    request, program = made
    wishes = desk.dice.choice(ladder(request.wishes, desk.toolset, desk.dice)[1:])
    start = granted(desk.nothing, wishes, desk.scene)
    if start is None or not desk.scene.differ(start, program):
        return []
    return [desk.record("refine", request, program, start=start)]


def refused(desk: Desk) -> list[Record]:
    """Make a turn that asks for what no tool can do: the program stays, the text says why."""
    book = desk.book(lambda book: book.edits and book.beyond)
    if book is None:
        return []
    wording = desk.dice.choice(book.beyond)
    reason = wording.atoms[0].name.partition(":")[2]
    said = _worded(wording, desk.dice)
    if desk.dice.random() < _AT_ONCE:
        return [desk.record("edit", said, desk.nothing, reply="refused", text=reason)]
    turns = _turns(desk, book)
    if not turns:
        return []
    now = turns[-1].program
    more = {"start": now, "history": _said(turns), "reply": "refused", "text": reason}
    return [desk.record("refine", said, now, **more)]


def graded(desk: Desk) -> list[Record]:
    """Make summaries of one edit, ever worse ones, with what they are worth: for a reward model."""
    made = _by_paper(desk)
    if made is None:
        return []
    meant, program = made[0].wishes, made[1]
    rungs = ladder(meant, desk.toolset, desk.dice)
    rungs.append(unrelated(meant, desk.toolset, desk.dice))
    best = {score(meant, rung): rung for rung in reversed(rungs)}
    book = desk.book(lambda book: all(book.says(w.atom) for rung in best.values() for w in rung))
    if book is None:
        return []
    return [
        desk.record("summary", spoken(book, rung, desk.dice), program, score=points)
        for points, rung in sorted(best.items(), reverse=True)
    ]


KINDS: Mapping[str, Callable[[Desk], list[Record]]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (users, paper, summary, refine, act, remove, mend, refused, graded)
    }
)
"""Every kind by name."""


def example(kind: str, desk: Desk, tries: int) -> list[Record]:
    """Return the records of one example of a kind; none where `tries` draws gave none."""
    for _ in range(tries):
        records = KINDS[kind](desk)
        if records:
            return [replace(record, source=f"synthetic/{kind}") for record in records]
    return []
