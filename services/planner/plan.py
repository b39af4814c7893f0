"""One turn planned: language, dialogue, solver and reply tied together. No gRPC here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from iea.errors import InvalidError, Violation
from iea.program import MAX_REASON, Patch, Program, diff
from services.planner import auto, reply
from services.planner.backend import Backend, Beyond, Context, Keep, Understanding, Wish
from services.planner.dialogue import Draft, Turn, reason_for, settle
from services.planner.solver import Solution, solve
from services.planner.view import View

MAX_WORDS = 2000
"""Characters of one request."""

Kind = Literal["edited", "clarification", "refused", "no_change"]


@dataclass(frozen=True)
class Request:
    """What a turn is planned from. `history` goes from the oldest turn to the head."""

    words: str
    view: View
    history: Sequence[Turn] = ()
    seed: int = 0


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
    before = request.history[-1].program if request.history else Program()
    context = Context(before, tuple(turn.words for turn in request.history))
    meant = backend.understand(request.words, context)
    answer = _without_edit(meant, before)
    if answer is not None:
        return answer
    wishes = meant.wishes
    if meant.act in ("auto", "balance"):
        wishes = _fitted(meant, request, before)
        if not wishes:
            return Plan("no_change", "It looks good as it is; I left it alone.", (), before)
    draft = settle(
        replace(meant, wishes=wishes), request.words, request.history, backend, request.seed
    )
    return _carried_out(request, before, draft, meant.beyond)


def _without_edit(meant: Understanding, before: Program) -> Plan | None:
    """Answer what asks for no change of the picture."""
    if meant.act == "none":
        return Plan("refused", reply.of_beyond(meant.beyond), (), before)
    if meant.act == "ask":
        return Plan("clarification", meant.question, (), before)
    if meant.act == "explain" and not meant.wishes:
        return Plan("no_change", reply.of_steps(before), (), before)
    if meant.act == "thanks" and not meant.wishes:
        return Plan("no_change", "Good: I leave it as it is.", (), before)
    return None


def _fitted(meant: Understanding, request: Request, before: Program) -> tuple[Wish, ...]:
    reading = request.view.read(before)
    fit = auto.fitted if meant.act == "auto" else auto.balanced
    return (*meant.wishes, *fit(reading, request.words))


def _carried_out(
    request: Request, before: Program, draft: Draft, beyond: tuple[Beyond, ...]
) -> Plan:
    """Solve what the dialogue left to solve, and put the outcome in words."""
    solution = Solution(draft.program)
    if draft.wishes:
        solution = solve(request.view, draft.program, draft.wishes, draft.keeps, request.seed)
    program = _explained(solution, draft)
    patch = diff(before, program)
    short = reply.of_shortfalls(solution.shortfalls)
    regrets = reply.of_beyond(beyond)
    if not patch:
        why = draft.stuck or " ".join(filter(None, [*draft.notes, short]))
        said = why or "Nothing to change: the picture is like that already."
        return Plan("no_change", " ".join(filter(None, [said, regrets])), (), before)
    if draft.undo:
        turns = "one turn" if draft.undo == 1 else f"{draft.undo} turns"
        return Plan("edited", f"Back by {turns}.", patch, program, draft.undo)
    done = reply.of_changes(before, patch)
    held = reply.of_held(solution.held)
    said = " ".join(filter(None, [done, held, *draft.notes, short, regrets]))
    return Plan("edited", said, patch, program)


def _explained(solution: Solution, draft: Draft) -> Program:
    """Give every step that the solver moved its reason, in the user's own words."""
    words = {wish.tool: wish.words for wish in draft.wishes}
    words |= {short.wish.tool: short.wish.words for short in solution.shortfalls}
    spoken = " and ".join(dict.fromkeys(words.values()))
    held = dict(solution.held)
    steps = []
    for step in solution.program.steps:
        old = draft.program.find(step.tool)
        if old is None or old.params != step.params:
            said = words.get(step.tool, spoken)
            reason = reason_for(said, old)
            if step.tool in held:
                reason = _holding(held[step.tool])
            steps.append(replace(step, reason=reason[:MAX_REASON]))
        else:
            steps.append(step)
    return Program(tuple(steps))


def _holding(keep: Keep) -> str:
    return f'to keep what you wanted kept: "{keep.words[:200]}"'
