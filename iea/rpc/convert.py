"""Programs, patches and effects in messages, and back. Whatever comes in is validated."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from iea import tools
from iea.errors import InvalidError, Violation
from iea.program import Change, Patch, Program, Step
from iea.rpc.structs import from_struct, to_struct
from iea.tools import TOOLSETS
from iea.v1 import planner_service_pb2 as planner_pb
from iea.v1 import program_pb2 as pb

Op = Literal["add", "adjust", "remove", "reset"]
Effect = Mapping[str, Mapping[str, float]]
"""Attribute to {"before": ..., "after": ...}."""

_OPS: Mapping[Op, pb.Change.Op] = MappingProxyType(
    {
        "add": pb.Change.OP_ADD,
        "adjust": pb.Change.OP_ADJUST,
        "remove": pb.Change.OP_REMOVE,
        "reset": pb.Change.OP_RESET,
    }
)
KINDS: Mapping[str, planner_pb.Reply.Kind] = MappingProxyType(
    {
        "edited": planner_pb.Reply.KIND_EDITED,
        "clarification": planner_pb.Reply.KIND_CLARIFICATION,
        "refused": planner_pb.Reply.KIND_REFUSED,
        "no_change": planner_pb.Reply.KIND_NO_CHANGE,
    }
)
"""A reply's kind in traces, and in messages."""


def program_to_proto(program: Program) -> pb.Program:
    """Return a program as a message."""
    return pb.Program(
        toolset=toolset(program.toolset), steps=[step_to_proto(step) for step in program.steps]
    )


def program_from_proto(message: pb.Program) -> Program:
    """Validate a program from a message: `InvalidError` with every violation.

    A program without toolset and steps is the empty one.
    """
    if not message.ByteSize():
        return Program()
    return Program.parse(
        {
            "toolset": {"name": message.toolset.name, "version": message.toolset.version},
            "steps": [_step_json(step) for step in message.steps],
        }
    )


def toolset(name: str = tools.NAME) -> pb.Toolset:
    """Return a toolset's name and version as a message."""
    return pb.Toolset(name=name, version=TOOLSETS[name].version)


def step_to_proto(step: Step) -> pb.Step:
    """Return a step as a message."""
    value = step.to_json()
    params, mask = to_struct(value["params"]), value["mask"]
    message = pb.Step(id=step.id, tool=step.tool, params=params, reason=step.reason)
    if mask is not None:
        message.mask.CopyFrom(to_struct(mask))
    return message


def patch_to_proto(patch: Iterable[Change]) -> list[pb.Change]:
    """Return a patch as messages."""
    return [
        pb.Change(op=_OPS[c.op], step=None if c.step is None else step_to_proto(c.step))
        for c in patch
    ]


def patch_from_proto(messages: Sequence[pb.Change]) -> Patch:
    """Validate a patch from messages: `InvalidError` names the change that is wrong."""
    return tuple(_change(message, f"patch[{i}]") for i, message in enumerate(messages))


def patch_from_json(values: Sequence[Mapping[str, Any]]) -> Patch:
    """Validate a patch as it stands in traces; errors as `patch_from_proto`."""
    changes = []
    for i, value in enumerate(values):
        op = next((name for name in _OPS if name == value.get("op")), None)
        if op is None:
            raise _invalid(f"patch[{i}].op", f"must be one of {', '.join(_OPS)}")
        changes.append(_make_change(op, value.get("step"), f"patch[{i}]"))
    return tuple(changes)


def effect_to_proto(effect: Effect) -> pb.Effect:
    """Return an effect as a message."""
    attributes = {name: pb.Difference(**pair) for name, pair in effect.items()}
    return pb.Effect(attributes=attributes)


def effect_from_proto(message: pb.Effect) -> dict[str, dict[str, float]]:
    """Return an effect as it stands in traces."""
    return {
        name: {"before": pair.before, "after": pair.after}
        for name, pair in sorted(message.attributes.items())
    }


def kind_from_proto(kind: planner_pb.Reply.Kind) -> str:
    """Return a reply's kind as it stands in traces; `InvalidError` if it is unset or unknown."""
    for name, known in KINDS.items():
        if known == kind:
            return name
    raise _invalid("reply.kind", f"is {kind}, which is unknown")


def _change(message: pb.Change, where: str) -> Change:
    op = next((name for name, known in _OPS.items() if known == message.op), None)
    if op is None:
        raise _invalid(f"{where}.op", "is unset or unknown")
    return _make_change(op, _step_json(message.step) if message.HasField("step") else None, where)


def _make_change(op: Op, step: Any, where: str) -> Change:
    if (step is None) != (op == "reset"):
        raise _invalid(f"{where}.step", "goes with every op but reset")
    if step is None:
        return Change(op)
    # A step is validated as a program of one.
    value = {"toolset": {"name": tools.NAME, "version": tools.VERSION}, "steps": [step]}
    return Change(op, Program.parse(value).steps[0])


def _step_json(step: pb.Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "tool": step.tool,
        "params": from_struct(step.params),
        "mask": from_struct(step.mask) if step.HasField("mask") else None,
        "reason": step.reason,
    }


def _invalid(where: str, what: str) -> InvalidError:
    return InvalidError(f"{where} {what}.", [Violation(where, what)])
