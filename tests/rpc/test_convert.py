"""Messages and what they stand for: there and back unchanged, and nothing malformed gets in."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iea import tools
from iea.errors import InvalidError
from iea.program import Change, Program, Step
from iea.rpc import convert
from iea.rpc.structs import EXACT, from_struct, to_struct
from iea.v1 import planner_service_pb2 as planner_pb
from iea.v1 import program_pb2 as pb
from tests.programs import program

numbers = st.integers(-EXACT, EXACT) | st.floats(allow_nan=False, allow_infinity=False)
text = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | numbers | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(text, values, max_size=4))
def test_json_comes_back_equal(value: dict[str, Any]) -> None:
    assert from_struct(to_struct(value)) == value


def test_whole_numbers_are_ints_again_and_keys_are_sorted() -> None:
    back = from_struct(to_struct({"b": 3, "a": [2.0, 0.5, True, None]}))
    assert list(back) == ["a", "b"]
    assert [type(item) for item in back["a"]] == [int, float, bool, type(None)]
    assert type(back["b"]) is int


@pytest.mark.parametrize("value", [EXACT + 1, object(), b"bytes", {1, 2}])
def test_what_a_struct_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any wording
        to_struct({"a": value})


def test_numbers_that_are_not_finite_are_refused() -> None:
    for number in (math.nan, math.inf):
        with pytest.raises(InvalidError):
            from_struct(to_struct({"a": number}))


def test_programs_come_back_equal() -> None:
    made = program(exposure=0.5, temperature=-20, grain=10)
    assert convert.program_from_proto(convert.program_to_proto(made)) == made
    assert convert.program_from_proto(pb.Program()) == Program()


def test_a_bad_program_is_refused_with_every_violation() -> None:
    message = convert.program_to_proto(program(exposure=0.5, fade=10))
    message.steps[0].params["ev"] = 99
    message.steps[1].tool = "erase"
    with pytest.raises(InvalidError) as failed:
        convert.program_from_proto(message)
    fields = [violation.field for violation in failed.value.violations]
    assert fields == ["steps[0].params.ev", "steps[1].tool"]


def test_patches_come_back_equal() -> None:
    step = Step("exposure", {"ev": 0.5}, "s1", "why")
    patch = (Change("add", step), Change("adjust", step), Change("remove", step), Change("reset"))
    assert convert.patch_from_proto(convert.patch_to_proto(patch)) == patch
    assert convert.patch_from_json([change.to_json() for change in patch]) == patch


@pytest.mark.parametrize(
    "change",
    [
        pb.Change(),
        pb.Change(op=pb.Change.OP_ADD),
        pb.Change(op=pb.Change.OP_RESET, step=pb.Step(tool="exposure")),
        pb.Change(op=pb.Change.OP_ADD, step=pb.Step(tool="erase")),
        pb.Change(op=99),  # type: ignore[arg-type]
    ],
    ids=["no op", "no step", "reset with a step", "no such tool", "no such op"],
)
def test_a_bad_change_is_refused(change: pb.Change) -> None:
    with pytest.raises(InvalidError):
        convert.patch_from_proto([change])


def test_effects_come_back_equal() -> None:
    effect = {"L": {"before": 31.25, "after": 44.0}, "C": {"before": 1.0, "after": 2.0}}
    assert convert.effect_from_proto(convert.effect_to_proto(effect)) == effect


def test_every_kind_of_reply_has_a_name() -> None:
    for name, kind in convert.KINDS.items():
        assert convert.kind_from_proto(kind) == name
    assert len(convert.KINDS) == len(planner_pb.Reply.Kind.values()) - 1
    with pytest.raises(InvalidError):
        convert.kind_from_proto(planner_pb.Reply.KIND_UNSPECIFIED)


def test_the_toolset_is_the_one_in_force() -> None:
    assert convert.toolset() == pb.Toolset(name=tools.NAME, version=tools.VERSION)
