"""Trace files: read strictly, and proven to the last number."""

import copy
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from iea import trace as traces
from iea.errors import CheckFailedError, InvalidError
from iea.rpc.structs import from_struct, to_struct
from tests.traces import header, turn

Keys = tuple[str | int, ...]


def _chained(count: int) -> dict[str, Any]:
    last = traces.header_hash(header())
    turns = []
    for number in range(1, count + 1):
        last = traces.chain_next(last, turn(number))
        turns.append({**turn(number), "hash": last})
    chain = {"root": last, "size": 1 + count}
    return {**header(), "turns": turns, "head": f"t{count}" if count else None, "chain": chain}


def _leaves(value: Any, at: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*at, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _leaves(item, (*at, i))
    else:
        yield at, value


def _changed(value: Any, at: Keys, new: Any) -> Any:
    value = copy.deepcopy(value)
    inner = value
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = new
    return value


def _other(value: Any) -> Any:
    match value:
        case int() | float():
            return value + 1
        case None:
            return "t1"
    return "cd" * 32 if len(value) == 64 else value + "x"


def test_the_chain_is_what_it_says() -> None:
    # By hand, so that another implementation can be written from the description.
    first = json.dumps(header(), sort_keys=True, separators=(",", ":")).encode()
    root = hashlib.sha256(first).digest()
    assert traces.header_hash(header()) == root.hex()
    second = hashlib.sha256(root + traces.canonical(turn(1))).hexdigest()
    assert traces.chain_next(root.hex(), turn(1)) == second


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_untouched_trace_holds(count: int) -> None:
    trace = _chained(count)
    assert traces.read(json.dumps(trace)) == trace
    traces.verify(trace)


def test_numbers_hold_through_messages_and_files() -> None:
    trace = _chained(2)
    for _ in range(2):
        trace = traces.read(json.dumps(from_struct(to_struct(trace)), indent=2))
    traces.verify(trace)
    assert "640.0" not in json.dumps(trace)
    floats = json.dumps(_chained(2)).replace(": 640,", ": 640.0,").replace("44.0", "4.4e1")
    traces.verify(traces.read(floats))


@pytest.mark.parametrize("at", [at for at, _ in _leaves(_chained(3))], ids=str)
def test_any_changed_value_is_detected_and_named(at: Keys) -> None:
    trace = _chained(3)
    tampered = _changed(trace, at, _other(dict(_leaves(trace))[at]))
    with pytest.raises(CheckFailedError) as failed:
        traces.verify(tampered)
    match at:
        case ("turns", int(number), "id"):
            assert f"turn {tampered['turns'][number]['id']}:" in str(failed.value)
        case ("turns", int(number), *_):
            assert f"turn t{number + 1}:" in str(failed.value)
        case ("chain" | "head" as what, *_):
            assert f"the {what}" in str(failed.value)
        case _:
            assert "the header" in str(failed.value)


def test_missing_added_and_moved_turns_are_detected() -> None:
    trace = _chained(3)
    a, b, c = trace["turns"]
    for turns, name in (([a, c], "t3"), ([b, c], "t2"), ([a, c, b], "t3"), ([a, a, b, c], "t1")):
        with pytest.raises(CheckFailedError, match=f"turn {name}:"):
            traces.verify({**trace, "turns": turns})
    with pytest.raises(CheckFailedError, match="turns at the end are missing"):
        traces.verify({**trace, "turns": [a, b], "head": "t2"})


def test_a_number_beyond_json_fails_the_check() -> None:
    with pytest.raises(CheckFailedError, match="turn t1:"):
        traces.verify(_changed(_chained(1), ("turns", 0, "effect", "L", "after"), 2**60))


@pytest.mark.parametrize(
    ("at", "new", "field"),
    [
        (("iea",), "trace/2", None),
        (("photo",), None, "photo"),
        (("photo", "width"), "640", "photo.width"),
        (("photo", "sha256"), "AB" * 32, "photo.sha256"),
        (("seed",), True, "seed"),
        (("turns",), {}, "turns"),
        (("turns", 0), 3, "turns"),
        (("turns", 0, "hash"), "", "turns[0].hash"),
        (("turns", 0, "reply", "kind"), "maybe", "turns[0].reply.kind"),
        (("turns", 0, "program", "steps"), [1], "turns[0].program.steps"),
        (("turns", 1, "parent"), "t2", "turns[1].parent"),
        (("turns", 1, "id"), "t1", "turns[1].id"),
        (("turns", 1, "head"), "t9", "turns[1].head"),
        (("turns", 1, "render", "width"), 1.5, "turns[1].render.width"),
        (("chain", "root"), 7, "chain.root"),
    ],
)
def test_malformed_traces_are_refused_by_field(at: Keys, new: Any, field: str | None) -> None:
    with pytest.raises(InvalidError) as failed:
        traces.read(json.dumps(_changed(_chained(2), at, new)), name="t.json")
    assert "t.json" in str(failed.value)
    assert field is None or field in {v.field for v in failed.value.violations}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{", "[" * 100_000, '{"iea": NaN}', '{"iea": 1, "iea": 2}', b"\xff\xfe\x00"],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_trace_is_refused(text: str | bytes) -> None:
    with pytest.raises(InvalidError):
        traces.read(text)


def test_headers_and_turns_are_checked_before_they_are_kept() -> None:
    traces.check_header(header())
    traces.check_turn(turn(1))
    with pytest.raises(InvalidError, match="chain"):
        traces.check_header({**header(), "chain": {}})
    with pytest.raises(InvalidError) as failed:
        traces.check_turn({})
    assert len(failed.value.violations) == 11


CONSENTED = {"consent": "My edits may be used to improve the editor.", "day": "2026-11-27"}


def test_consent_and_day_are_a_part_of_the_chain() -> None:
    first = {**header(), **CONSENTED}
    traces.check_header(first)
    chain = {"root": traces.header_hash(first), "size": 1}
    trace = traces.read(json.dumps({**first, "turns": [], "head": None, "chain": chain}))
    traces.verify(trace)
    without = {key: value for key, value in trace.items() if key not in CONSENTED}
    for tampered in (
        without,
        {**trace, "consent": "Anything goes."},
        {**trace, "day": "2026-11-28"},
    ):
        with pytest.raises(CheckFailedError, match="the header"):
            traces.verify(tampered)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"consent": CONSENTED["consent"]}, "day"),
        ({"day": CONSENTED["day"]}, "consent"),
        ({**CONSENTED, "consent": ""}, "consent"),
        ({**CONSENTED, "consent": " \n"}, "consent"),
        ({**CONSENTED, "consent": "x" * 2001}, "consent"),
        ({**CONSENTED, "consent": True}, "consent"),
        ({**CONSENTED, "day": "27.11.2026"}, "day"),
        ({**CONSENTED, "day": "2026-W48-5"}, "day"),
        ({**CONSENTED, "day": "2026-11-31"}, "day"),
        ({**CONSENTED, "day": 20261127}, "day"),
    ],
)
def test_a_consent_without_its_words_or_its_day_is_refused(
    wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidError) as failed:
        traces.check_header({**header(), **wrong})
    assert [v.field for v in failed.value.violations] == [field]
    with pytest.raises(InvalidError, match=field):
        traces.read(json.dumps({**_chained(0), **wrong}))
