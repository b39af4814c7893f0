"""The dialogue: what the turns before make of "a little less", "undo" and "take the grain out"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from iea.program import Patch, Program, Step
from iea.tools import TOOLS
from services.planner.backend import Backend, Context, Keep, Understanding, Wish
from services.planner.solver import amount_of, rounded, with_amount


@dataclass(frozen=True)
class Turn:
    """A turn that was: its words, what it changed, and the program after it."""

    words: str
    patch: Patch
    program: Program


@dataclass(frozen=True)
class Draft:
    """What a turn asks for once the dialogue is settled.

    `program` is the one to start from, `wishes` what remains to be solved, `undo` how many turns it
    goes back. `moved` are words for tools that the dialogue itself set. `stuck` says why a move
    could not be made.
    """

    program: Program
    wishes: tuple[Wish, ...] = ()
    keeps: tuple[Keep, ...] = ()
    undo: int = 0
    moved: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stuck: str = ""


def settle(
    meant: Understanding, words: str, turns: Sequence[Turn], backend: Backend, seed: int
) -> Draft:
    """Resolve a turn against the turns before it, oldest first."""
    program = turns[-1].program if turns else Program()
    draft = Draft(program)
    if meant.act == "undo":
        draft = _undo(turns, int(meant.factor))
    elif meant.act == "reset":
        stuck = "" if program.steps else "This is the photo as it was; nothing has been changed."
        draft = Draft(Program(), stuck=stuck)
    elif meant.act in ("scale", "reverse"):
        factor = meant.factor if meant.act == "scale" else -1.0
        draft = _scale(turns, factor, words, backend, seed)
    draft = replace(draft, keeps=meant.keeps)
    for wish in meant.wishes:
        draft = _ask(draft, wish, meant.wishes, seed)
    if meant.wishes:
        # A turn that goes back and then on is a turn of its own, not a step back in the tree.
        draft = replace(draft, undo=0, stuck="")
    return draft


def _undo(turns: Sequence[Turn], count: int) -> Draft:
    """Go back past `count` turns that changed something."""
    at = len(turns)
    for _ in range(count):
        back = at
        while back and not turns[back - 1].patch:
            back -= 1
        if back == 0:
            break
        at = back - 1
    if at == len(turns):
        return Draft(_after(turns, at), stuck="There is nothing to undo yet.")
    return Draft(_after(turns, at), undo=len(turns) - at)


def _after(turns: Sequence[Turn], count: int) -> Program:
    """Return the program after the first `count` turns."""
    if count:
        return turns[count - 1].program
    if not turns:
        return Program()
    # A long session sends its latest turns only: then the first of them did not start from nothing.
    added = {c.step.id for c in turns[0].patch if c.op == "add" and c.step is not None}
    return Program(tuple(step for step in turns[0].program.steps if step.id not in added))


def _scale(turns: Sequence[Turn], factor: float, words: str, backend: Backend, seed: int) -> Draft:
    """Make the last wishes stronger, weaker or opposite: what they moved, seen from before them."""
    program = _after(turns, len(turns))
    base = _after(turns, _root(turns, backend))
    moved = [t for t in TOOLS if TOOLS[t].solvable and amount_of(base, t) != amount_of(program, t)]
    if not moved:
        return Draft(program, stuck="There is nothing to change yet: tell me what to change first.")
    after = program
    for tool in moved:
        start, now = amount_of(base, tool), amount_of(program, tool)
        after = with_amount(after, tool, rounded(tool, start + factor * (now - start)), seed)
    if after == program:
        return Draft(program, stuck="That is as far as it goes.")
    return Draft(_reasoned(after, program, words), moved=tuple(moved))


def _root(turns: Sequence[Turn], backend: Backend) -> int:
    """Return where the last wishes were made: "less" after "less" still speaks of them."""
    at = len(turns)
    while at:
        turn = turns[at - 1]
        past = tuple(t.words for t in turns[: at - 1])
        meant = backend.understand(turn.words, Context(turn.program, past))
        moves_only = meant.act in ("scale", "reverse") and not meant.wishes
        at -= 1
        if turn.patch and not moves_only:
            break
    return at


def _ask(draft: Draft, wish: Wish, wishes: tuple[Wish, ...], seed: int) -> Draft:
    """Carry out what needs no look at the photo; leave the rest to the solver."""
    step = draft.program.find(wish.tool)
    start = TOOLS[wish.tool].main.default
    opposite = step is not None and (step.amount - start) * wish.direction < 0
    if wish.how in ("set", "by"):
        return _exact(draft, wish, seed)
    if wish.how == "remove":
        if opposite and step is not None:
            return replace(draft, program=draft.program.without(step.id))
        if any(_removes(draft.program, w) for w in wishes if w.words == wish.words):
            return draft  # one tool of a look whose others are there to remove
    if wish.how == "ease" and opposite and step is not None:
        amount = rounded(wish.tool, start + 0.6**wish.degree * (step.amount - start))
        eased = with_amount(draft.program, wish.tool, amount, seed)
        eased = _reasoned(eased, draft.program, wish.words)
        return replace(draft, program=eased, moved=(*draft.moved, wish.tool))
    return replace(draft, wishes=(*draft.wishes, wish))


def _removes(program: Program, wish: Wish) -> bool:
    return program.find(wish.tool) is not None


def _exact(draft: Draft, wish: Wish, seed: int) -> Draft:
    """Carry out an explicit number, held within the tool's range."""
    main = TOOLS[wish.tool].main
    now = amount_of(draft.program, wish.tool)
    asked = wish.number if wish.how == "set" else now + wish.number
    amount = min(max(asked, main.min), main.max)
    notes = draft.notes
    if amount != asked:
        title = wish.tool.replace("_", " ").capitalize()
        notes = (
            *notes,
            f"{title} goes from {main.min:g} to {main.max:g}, so I stopped at {amount:g}.",
        )
    program = with_amount(draft.program, wish.tool, round(amount, 3), seed)
    program = _reasoned(program, draft.program, wish.words)
    return replace(draft, program=program, notes=notes, moved=(*draft.moved, wish.tool))


def _reasoned(after: Program, before: Program, words: str) -> Program:
    """Give the steps that changed the words that changed them."""
    return Program(tuple(_give(step, before.find(step.tool), words) for step in after.steps))


def _give(step: Step, old: Step | None, words: str) -> Step:
    if old is not None and old.params == step.params:
        return step
    return replace(step, reason=reason_for(words, old))


def reason_for(words: str, old: Step | None = None) -> str:
    """Say which words caused a step, with those that caused it first."""
    said = " ".join(words.split())[:120]
    reason = f'you asked for "{said}"'
    if old is not None and old.reason.startswith("you asked for"):
        first = old.reason.split(", then ")[0][:200]
        reason = f'{first}, then "{said}"'
    return reason
