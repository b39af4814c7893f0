"""One turn planned: language, dialogue, solver and reply tied together. No gRPC here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from iea.errors import InvalidError, Violation
from iea.masks.places import ELSEWHERE, FOUND
from iea.program import MAX_REASON, Patch, Program, diff
from services.planner import auto
from services.planner.backend import Backend, Context, Keep, Understanding, Wish
from services.planner.dialogue import Draft, Note, Talk, Turn, reason_for, settle
from services.planner.reply import Replies
from services.planner.solver import Solution, solve
from services.planner.view import View

MAX_WORDS = 2000
"""Characters of one request."""

Kind = Literal["edited", "clarification", "refused", "no_change"]


@dataclass(frozen=True)
class Request:
    """What a turn is planned from. `history` goes from the oldest turn to the head.

    `asked` are the words that were just answered by a question, if they were; `undone` is the
    program that was undone last, if it can be brought back.
    """

    words: str
    view: View
    history: Sequence[Turn] = ()
    seed: int = 0
    asked: str = ""
    undone: Program | None = None


@dataclass(frozen=True)
class Plan:
    """What a turn does: the reply, the patch to the head's program, the program after it.

    `undo` is how many turns of the history it goes back.
    """

    kind: Kind
    text: str
    patch: Patch
    program: Program
    undo: int = 0


def plan(request: Request, backend: Backend) -> Plan:
    """Plan one turn.

    Raises `InvalidError` for words that are too long; words that cannot be followed are no error.
    """
    if len(request.words) > MAX_WORDS:
        what = f"has {len(request.words)} characters, more than {MAX_WORDS}"
        raise InvalidError(
            f"The request {what}: say it in fewer words.", [Violation("words", what)]
        )
    talk = Talk(request.history, backend, request.view, request.seed, request.undone)
    before = talk.program
    context = Context(before, tuple(turn.words for turn in talk.turns))
    meant = _meant(request, backend, context)
    replies = Replies(meant.language)
    answer = _without_edit(meant, before, replies, request.view)
    if answer is not None:
        return answer
    meant, notes = _seen(meant, request.view)
    if meant.act in ("auto", "balance"):
        meant = _fitted(meant, request, before)
        if not meant.asks:
            return Plan("no_change", replies.say("good"), (), before)
    draft = settle(meant, request.words, talk)
    draft = replace(draft, notes=(*notes, *draft.notes))
    if draft.ask is not None:
        return Plan("clarification", replies.note(draft.ask), (), before)
    return _carried_out(request, before, draft, meant, replies)


def _meant(request: Request, backend: Backend, context: Context) -> Understanding:
    """Say what the words mean; together with those they complete, where these left a question."""
    if request.asked:
        whole = backend.understand(f"{request.asked} {request.words}", context)
        if whole.asks and not whole.open:
            return whole
    return backend.understand(request.words, context)


def _without_edit(
    meant: Understanding, before: Program, replies: Replies, view: View
) -> Plan | None:
    """Answer what asks for no change of the picture."""
    if meant.act == "none":
        return Plan("refused", replies.of_beyond(meant.beyond), (), before)
    if meant.act == "ask":
        key, _, tool = meant.question.partition(":")
        text = replies.both_ways(tool) if tool else replies.ask(key)
        return Plan("clarification", text, (), before)
    if meant.asks:
        return None
    said = {
        "explain": lambda: replies.of_steps(before),
        "describe": lambda: replies.of_reading(view.read(before)),
        "thanks": lambda: replies.say("thanks"),
    }
    return Plan("no_change", said[meant.act](), (), before) if meant.act in said else None


def _seen(meant: Understanding, view: View) -> tuple[Understanding, tuple[Note, ...]]:
    """Leave out wishes for places that the photo does not have, with a note on each."""
    wished = [*(w.region for w in meant.wishes), *(look.region for look in meant.looks)]
    missing = {
        region
        for region in wished
        if region.removeprefix(ELSEWHERE) in FOUND and not view.has(region)
    }
    if not missing:
        return meant, ()
    notes = tuple(Note("no_place", {"place": name}) for name in sorted(missing))
    wishes = tuple(w for w in meant.wishes if w.region not in missing)
    looks = tuple(look for look in meant.looks if look.region not in missing)
    return replace(meant, wishes=wishes, looks=looks), notes


def _fitted(meant: Understanding, request: Request, before: Program) -> Understanding:
    """Add the wishes that the photo itself has."""
    fit = auto.fitted if meant.act == "auto" else auto.balanced
    said = {wish.tool for wish in meant.wishes}
    own = (w for w in fit(request.view, before, request.words) if w.tool not in said)
    return replace(meant, wishes=(*meant.wishes, *own))


def _carried_out(
    request: Request, before: Program, draft: Draft, meant: Understanding, replies: Replies
) -> Plan:
    """Solve what the dialogue left to solve, and put the outcome in words."""
    solution = Solution(draft.program)
    if draft.wishes:
        solution = solve(request.view, draft.program, draft.wishes, draft.keeps, request.seed)
    program = _explained(solution, draft)
    patch = diff(before, program)
    short = replies.of_shortfalls(solution.shortfalls)
    regrets = replies.of_beyond(meant.beyond)
    notes = [replies.note(note) for note in draft.notes]
    if not patch:
        stuck = "" if draft.stuck is None else replies.note(draft.stuck)
        why = stuck or replies.joined([*notes, short]) or replies.say("nothing")
        return Plan("no_change", replies.joined([why, regrets]), (), before)
    if draft.undo:
        one = draft.undo == 1
        text = replies.say("back_one") if one else replies.say("back_many", count=str(draft.undo))
        return Plan("edited", text, patch, program, draft.undo)
    done = replies.of_changes(before, patch)
    held = replies.of_held(solution.held)
    said = replies.joined([done, held, *notes, short, regrets])
    return Plan("edited", said, patch, program)


def _explained(solution: Solution, draft: Draft) -> Program:
    """Give every step that the solver moved its reason, in the user's own words."""
    words = _words_by_tool(draft.wishes, solution)
    spoken = " and ".join(dict.fromkeys(words.values()))
    held = dict(solution.held)
    old = {step.id: step for step in draft.program.steps}
    steps = []
    for step in solution.program.steps:
        before = old.get(step.id)
        if before is None or before.params != step.params:
            reason = reason_for(words.get(step.tool, spoken), before)
            if step.tool in held:
                reason = _holding(held[step.tool])
            steps.append(replace(step, reason=reason[:MAX_REASON]))
        else:
            steps.append(step)
    return Program(tuple(steps))


def _words_by_tool(wishes: Sequence[Wish], solution: Solution) -> dict[str, str]:
    words = {wish.tool: wish.words for wish in wishes}
    return words | {short.wish.tool: short.wish.words for short in solution.shortfalls}


def _holding(keep: Keep) -> str:
    return f'to keep what you wanted kept: "{keep.words[:200]}"'
