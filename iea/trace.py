"""Traces: what was recorded of a session, as a file, and the proof that nobody changed it since.

A trace is a JSON object: the header (everything but the three keys that follow), `turns`, `head`
and `chain`. Its records are the header and then the turns, each without its own `hash`. They are
chained: the header's hash is SHA-256 of its canonical JSON (RFC 8785), and every turn's `hash` is
SHA-256 of the 32 bytes of the hash before it and of the turn's canonical JSON. `chain` is the last
hash and how many records there are.

A header may carry `consent`, the words that the person agreed to when they allowed training on the
session, together with its `day` (UTC). Without both, nobody may train on it.

Changing, dropping, adding or moving a record breaks the chain there. Whoever changes the file can
also compute a new chain: to prove a trace to others, keep its root in another place.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import rfc8785

from iea.errors import CheckFailedError, InvalidError, Violation

FORMAT = "trace/1"
KINDS = ("edited", "clarification", "refused", "no_change")
MAX_BYTES = 256 << 20
"""Larger files are not read."""
MAX_CONSENT = 2000
"""Characters of a consent."""
_APART = ("turns", "head", "chain")


def header_of(trace: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trace's first record."""
    return {key: value for key, value in trace.items() if key not in _APART}


def record_of(turn: Mapping[str, Any]) -> dict[str, Any]:
    """Return a turn as it is hashed: without its own hash."""
    return {key: value for key, value in turn.items() if key != "hash"}


def canonical(record: Mapping[str, Any]) -> bytes:
    """Return a record's canonical JSON (RFC 8785); 1 and 1.0 are the same there.

    Raises `InvalidError` for what JSON cannot hold: numbers that are not finite or whole beyond
    2^53, text that is not Unicode.
    """
    try:
        return rfc8785.dumps(dict(record))
    except (rfc8785.CanonicalizationError, ValueError, RecursionError) as error:
        raise InvalidError(f"The record has no canonical JSON: {error}.") from None


def header_hash(header: Mapping[str, Any]) -> str:
    """Return the hash that the chain starts with, in hexadecimal."""
    return chain_next("", header)


def chain_next(previous: str, record: Mapping[str, Any]) -> str:
    """Return the hash of a record after the hash before it (hexadecimal; "" for the header)."""
    return hashlib.sha256(bytes.fromhex(previous) + canonical(record)).hexdigest()


def verify(trace: Mapping[str, Any]) -> None:
    """Recompute the chain of a trace that `read` or the service gave.

    Raises `CheckFailedError` naming the first turn at which it breaks, the header, the chain or the
    head.
    """
    turns = trace["turns"]
    last = _recompute("", header_of(trace))
    for turn in turns:
        computed = _recompute(last, record_of(turn))
        if turn["hash"] != computed:
            also = " or the header" if turn is turns[0] else ""
            raise CheckFailedError(
                f"The trace does not hold at turn {turn['id']}: it{also} was changed, or a turn "
                "before it is missing. Do not rely on this file; export the session again."
            )
        last = computed
    if trace["chain"] != {"root": last, "size": 1 + len(turns)}:
        what = "chain" if turns else "header or the chain"
        raise CheckFailedError(
            f"The trace does not hold: the {what} was changed, or turns at the end are missing. "
            "Do not rely on this file; export the session again."
        )
    if trace["head"] != (turns[-1]["head"] if turns else None):
        raise CheckFailedError(
            "The trace does not hold: the head is not the one that the last turn recorded. "
            "Do not rely on this file; export the session again."
        )


def _recompute(previous: str, record: Mapping[str, Any]) -> str:
    """Return the hash, or "" for what has no canonical JSON: nothing like it was ever recorded."""
    try:
        return chain_next(previous, record)
    except InvalidError:
        return ""


def read(text: str | bytes, *, name: str = "the trace") -> dict[str, Any]:
    """Read a trace file; `name` is what errors call it.

    Raises `InvalidError` with every violation for anything malformed. Whether it was changed since
    it was recorded is for `verify` to tell.
    """
    if len(text) > MAX_BYTES:
        raise InvalidError(f"{name} is larger than 256 MiB: export the session again.")
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidError(f"{name} is not JSON ({error}): name a trace file.") from None
    if not isinstance(value, dict) or value.get("iea") != FORMAT:
        raise InvalidError(f'{name} is no trace: it must be an object with "iea": "{FORMAT}".')
    _refuse(list(_faults_of_trace(value)), name)
    return value


def check_header(header: Mapping[str, Any]) -> None:
    """Raise `InvalidError` with every violation if a header is incomplete or has more than one."""
    faults = list(_faults(header, _with_consent(_HEADER, header), ""))
    faults += [Violation(key, "does not belong to a header") for key in _APART if key in header]
    _refuse(faults, "The header")


def check_turn(turn: Mapping[str, Any]) -> None:
    """Raise `InvalidError` with every violation if a turn, without its hash, is incomplete."""
    _refuse(list(_faults(turn, _TURN, "")), "The turn")


Test = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_consent(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= MAX_CONSENT


def _is_day(value: Any) -> bool:
    try:
        # Other ways to write a day are read too.
        return date.fromisoformat(value).isoformat() == str(value)
    except (TypeError, ValueError):
        return False


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 64


def _is_name_or_null(value: Any) -> bool:
    return value is None or _is_name(value)


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_object, value))


# A mapping is an object with at least these keys; a pair says what a value must be.
_Shape = Mapping[str, Any]

_TEXT = (_is_text, "must be text")
_NAME = (_is_name, "must be text of 1 to 64 characters")
_NAME_OR_NULL = (_is_name_or_null, "must be a turn's id or null")
_DIGEST = (_is_digest, "must be a SHA-256 of 64 hexadecimal digits")
_COUNT = (_is_count, "must be a whole number from 0")
_OBJECT = (_is_object, "must be an object")
_OBJECTS = (_is_list_of_objects, "must be a list of objects")
_KIND = (lambda value: value in KINDS, f"must be one of {', '.join(KINDS)}")
_FORMAT = (lambda value: value == FORMAT, f'must be "{FORMAT}"')

_HEADER: _Shape = {
    "iea": _FORMAT,
    "session": _NAME,
    "photo": {"sha256": _DIGEST, "width": _COUNT, "height": _COUNT, "format": _TEXT},
    "planner": {"backend": _TEXT, "model": _TEXT, "version": _TEXT},
    "toolset": {"name": _TEXT, "version": _TEXT},
    "renderer": {"version": _TEXT},
    "seed": _COUNT,
}
_CONSENT: _Shape = {
    "consent": (_is_consent, f"must be text of 1 to {MAX_CONSENT:,} characters, not all blank"),
    "day": (_is_day, "must be a day, such as 2026-11-27"),
}
_TURN: _Shape = {
    "id": _NAME,
    "parent": _NAME_OR_NULL,
    "words": _TEXT,
    "reply": {"kind": _KIND, "text": _TEXT},
    "patch": _OBJECTS,
    "program": {"toolset": _OBJECT, "steps": _OBJECTS},
    "program_sha256": _DIGEST,
    "render": {"sha256": _DIGEST, "width": _COUNT, "height": _COUNT},
    "effect": _OBJECT,
    "timings_ms": _OBJECT,
    "head": _NAME_OR_NULL,
}
_FILE: _Shape = {
    **_HEADER,
    "turns": _OBJECTS,
    "head": _NAME_OR_NULL,
    "chain": {"root": _DIGEST, "size": _COUNT},
}


def _with_consent(shape: _Shape, header: Mapping[str, Any]) -> _Shape:
    """Return a shape that asks for consent and day too where the header has one of them."""
    return {**shape, **_CONSENT} if _CONSENT.keys() & header.keys() else shape


def _faults(value: Any, shape: _Shape, where: str) -> Iterator[Violation]:
    if not isinstance(value, Mapping):
        yield Violation(where, "must be an object")
        return
    for key, expected in shape.items():
        here = f"{where}.{key}" if where else key
        if key not in value:
            yield Violation(here, "is missing")
        elif isinstance(expected, Mapping):
            yield from _faults(value[key], expected, here)
        elif not expected[0](value[key]):
            yield Violation(here, expected[1])


def _faults_of_trace(trace: Mapping[str, Any]) -> Iterator[Violation]:
    yield from _faults(trace, _with_consent(_FILE, trace), "")
    turns: Any = trace.get("turns")
    if not _is_list_of_objects(turns):
        return
    seen: set[str] = set()
    for i, turn in enumerate(turns):
        yield from _faults(turn, {**_TURN, "hash": _DIGEST}, f"turns[{i}]")
        yield from (Violation(f"turns[{i}].{key}", what) for key, what in link_faults(turn, seen))
        if _is_name(turn.get("id")):
            seen.add(turn["id"])


def link_faults(turn: Mapping[str, Any], earlier: set[str]) -> Iterator[Violation]:
    """Yield what is wrong with a turn's place among the earlier turns, given by their ids."""
    own, parent, head = turn.get("id"), turn.get("parent"), turn.get("head")
    if _is_name(own) and own in earlier:
        yield Violation("id", f"is {own!r}, which an earlier turn has")
    if _is_name(parent) and parent not in earlier:
        yield Violation("parent", f"is {parent!r}, which is no earlier turn")
    if _is_name(head) and head not in earlier and head != own:
        yield Violation("head", f"is {head!r}, which is no turn")


def _refuse(faults: Sequence[Violation], name: str) -> None:
    if faults:
        first, *rest = faults
        more = f" (and {len(rest)} more)" if rest else ""
        raise InvalidError(f"{name}: {first.field} {first.description}{more}.", faults)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # With two values under one key, readers disagree about which one counts.
    value = dict(pairs)
    if len(value) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(k for k in keys if keys.count(k) > 1)!r} comes twice")
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")
