"""Programs: what is refused, what is the same, and how they change."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iea.errors import InvalidError
from iea.program import MAX_PROGRAM_BYTES, MAX_STEPS, Change, Program, Step, apply_patch, diff
from iea.tools import TOOLS
from tests.programs import document, program

SOLVABLE = sorted(name for name, tool in TOOLS.items() if tool.solvable)


def _exposure(value: Any) -> dict[str, Any]:
    return document({"tool": "exposure", "params": {"ev": value}})


@pytest.mark.parametrize(
    ("value", "field", "words"),
    [
        (document({"tool": "magic"}), "steps[0].tool", "does not exist"),
        (document({"tool": ["exposure"]}), "steps[0].tool", "does not exist"),
        (_exposure(5), "steps[0].params.ev", "outside -4..4"),
        (_exposure("1"), "steps[0].params.ev", "finite number"),
        (_exposure(True), "steps[0].params.ev", "finite number"),
        (_exposure(None), "steps[0].params.ev", "finite number"),
        (_exposure(float("nan")), "steps[0].params.ev", "finite number"),
        (_exposure(float("inf")), "steps[0].params.ev", "finite number"),
        (_exposure(10**400), "steps[0].params.ev", "finite number"),
        (document({"tool": "exposure", "params": {"amount": 1}}), "steps[0].params.amount", "unkn"),
        (document({"tool": "grain", "params": {"seed": 0.5}}), "steps[0].params.seed", "whole"),
        (document({"tool": "exposure", "mask": {"kind": "sky"}}), "steps[0].mask.parts", "missing"),
        (document({"tool": "vignette", "mask": {"parts": []}}), "steps[0].mask", "without masks"),
        (document({"tool": "exposure", "reason": 5}), "steps[0].reason", "text"),
        (document({"tool": "exposure", "reason": "x" * 501}), "steps[0].reason", "500"),
        (document({"tool": "fade", "id": "a"}, {"tool": "grain", "id": "a"}), "steps", "twice"),
        (document(*[{"tool": "exposure"}] * (MAX_STEPS + 1)), "steps", "at most 64"),
        ({**document(), "toolset": {"name": "iea", "version": "99"}}, "toolset", "use iea 1"),
        ({"steps": []}, "program.toolset", "missing"),
        ({**document(), "more": 1}, "program.more", "unknown"),
        (document("exposure"), "steps[0]", "object"),  # type: ignore[arg-type]
        ({**document(), "steps": {}}, "steps", "list"),
        ([], "program", "object"),
    ],
)
def test_a_malformed_program_is_refused_and_the_place_named(
    value: Any, field: str, words: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        Program.parse(value)
    assert field in {v.field for v in caught.value.violations}
    assert words in " ".join(v.description for v in caught.value.violations)
    assert "\n" not in str(caught.value)


def test_all_faults_are_listed_at_once() -> None:
    with pytest.raises(InvalidError) as caught:
        Program.parse(document({"tool": "magic"}, {"tool": "fade", "params": {"amount": -1}}))
    assert len(caught.value.violations) == 2


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1, 2", '{"toolset": NaN}', "[" * 100_000, "\x00", " " * (MAX_PROGRAM_BYTES + 1)],
    ids=["empty", "open", "cut", "nan", "deep", "zero", "large"],
)
def test_text_that_is_no_program_is_refused(text: str) -> None:
    with pytest.raises(InvalidError, match=r"p\.json"):
        Program.loads(text, name="p.json")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=9))
def test_no_json_value_breaks_the_reader(value: Any) -> None:
    for wrong in (value, document(value), document({"tool": "exposure", "params": value})):
        with contextlib.suppress(InvalidError):
            Program.parse(wrong)


def test_the_canonical_form_does_not_depend_on_order_words_or_idle_steps() -> None:
    one = Program.parse(
        document(
            {"tool": "vignette", "params": {"amount": 30}, "reason": "asked"},
            {"tool": "exposure", "params": {"ev": 1}, "id": "a"},
            {"tool": "fade", "params": {}},
        )
    )
    other = program(exposure=1.0, vignette=30)
    assert one.digest == other.digest
    assert json.loads(one.canonical)["steps"][0]["tool"] == "exposure"
    assert one.digest != program(exposure=1.5, vignette=30).digest


def test_the_digest_stays_what_it_was() -> None:
    """Digests are written into traces: this one must hold for ever."""
    assert program(exposure=0.5, contrast=20).canonical == (
        b'{"steps":[{"mask":null,"params":{"ev":0.5},"tool":"exposure"},'
        b'{"mask":null,"params":{"amount":20},"tool":"contrast"}],'
        b'"toolset":{"name":"iea","version":"1"}}'
    )


@given(
    st.dictionaries(st.sampled_from(SOLVABLE), st.floats(0, 4), max_size=6),
    st.dictionaries(st.sampled_from(SOLVABLE), st.floats(0, 4), max_size=6),
)
def test_a_diff_applied_leads_to_the_other_program(
    old: dict[str, float], new: dict[str, float]
) -> None:
    def make(amounts: dict[str, float]) -> Program:
        return Program(
            tuple(Step(t, TOOLS[t].defaults(), t).with_amount(v) for t, v in amounts.items())
        )

    before, after = make(old), make(new)
    assert apply_patch(before, diff(before, after)).digest == after.digest


def test_a_patch_of_a_missing_step_is_refused() -> None:
    with pytest.raises(InvalidError, match="does not exist"):
        apply_patch(Program(), (Change("remove", Step("fade", {"amount": 1.0}, "x")),))


def test_a_program_reads_back_as_it_was_written() -> None:
    one = program(exposure=0.7, grain=20)
    assert Program.loads(json.dumps(one.to_json())) == one


def test_new_steps_get_an_id_that_is_free() -> None:
    program = Program(tuple(Step("exposure", {}, id=name) for name in ("exposure", "exposure-2")))
    assert program.free_id("exposure") == "exposure-3"
    assert program.free_id("contrast") == "contrast"
