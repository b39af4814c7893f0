"""The tree of turns: which of them led to the picture as it stands, and what a new one records."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from iea.errors import IeaError, NotFoundError
from iea.program import Patch, Program

Turn = Mapping[str, Any]
Effect = Mapping[str, Mapping[str, float]]


def path(trace: Mapping[str, Any]) -> list[Turn]:
    """Return the turns that led from the original to the head, oldest first.

    Turns that were undone, or that changed nothing, are no ancestors of the head.
    """
    by_id = {turn["id"]: turn for turn in trace["turns"]}
    found: list[Turn] = []
    turn_id = trace["head"]
    while turn_id is not None:
        found.append(by_id[turn_id])
        turn_id = found[-1]["parent"]
    return found[::-1]


def find(trace: Mapping[str, Any], turn_id: str) -> Turn | None:
    """Return a turn by its id, or with "" the head: None for the original.

    Raises `NotFoundError` for an id that the session does not have.
    """
    wanted = turn_id or trace["head"]
    if wanted is None:
        return None
    for turn in trace["turns"]:
        if turn["id"] == wanted:
            return turn  # type: ignore[no-any-return]
    raise NotFoundError(f"Session {trace['session']} has no turn {wanted[:80]!r}: see its trace.")


def program_of(turn: Turn | None) -> Program:
    """Return the program after a turn; the empty one for the original."""
    return Program() if turn is None else Program.parse(turn["program"])


def undone(trace: Mapping[str, Any]) -> Program | None:
    """Return the program that "redo" brings back: the one undone last, unless edits followed."""
    programs = {turn["id"]: program_of(turn) for turn in trace["turns"]}
    left: list[Program] = []
    for turn in trace["turns"]:
        if turn["head"] == turn["id"]:
            # An edit that leads where an undo came from is the redo of it.
            again = left and left[-1].digest == programs[turn["id"]].digest
            left = left[:-1] if again else []
        elif turn["reply"]["kind"] == "edited" and turn["parent"] is not None:
            left.append(programs[turn["parent"]])
    return left[-1] if left else None


class Planned(NamedTuple):
    """The planner's answer. `undo` is how many turns the session moves back."""

    kind: str
    text: str
    patch: Patch
    program: Program
    undo: int


class Measured(NamedTuple):
    """What quality says: the whole effect; of each step, by its id, the effect and a sentence."""

    effect: Effect
    steps: Mapping[str, tuple[Effect, str]]


def head_after(turn_id: str, history: Sequence[Turn], planned: Planned) -> str | None:
    """Return the head after a new turn: itself if it edited, an earlier one after an undo.

    Raises `IeaError` where the planner moves back further than the history goes.
    """
    if not 0 <= planned.undo <= len(history):
        raise IeaError(f"The planner moved back {planned.undo} of {len(history)} turns.")
    if planned.kind == "edited" and not planned.undo:
        return turn_id
    kept = history[: len(history) - planned.undo]
    return kept[-1]["id"] if kept else None


def record(
    trace: Mapping[str, Any],
    words: str,
    planned: Planned,
    render: Mapping[str, Any],
    measured: Measured,
    timings_ms: Mapping[str, float],
) -> dict[str, Any]:
    """Return the new turn of a session as it stands in a trace file, without its hash."""
    turn_id = f"t{len(trace['turns']) + 1}"
    program = planned.program.to_json()
    for step in program["steps"]:
        step["effect"], step["effect_text"] = measured.steps[step["id"]]
    return {
        "id": turn_id,
        "parent": trace["head"],
        "words": words,
        "reply": {"kind": planned.kind, "text": planned.text},
        "patch": [change.to_json() for change in planned.patch],
        "program": program,
        "program_sha256": planned.program.digest,
        "render": dict(render),
        "effect": measured.effect,
        "timings_ms": dict(timings_ms),
        "head": head_after(turn_id, path(trace), planned),
    }
