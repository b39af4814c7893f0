"""JSON values in messages, and back.

A Struct holds every number as a double and keeps no order. Coming back, whole doubles are ints
again, so that 3 stays 3 in files, and the keys are sorted. Both leave canonical JSON (RFC 8785),
and with it every digest, as it was.
"""

import math
from collections.abc import Mapping
from typing import Any

from google.protobuf.struct_pb2 import ListValue, Struct, Value

from iea.errors import InvalidError

EXACT = 2**53
"""Beyond it a double skips whole numbers."""


def to_struct(value: Mapping[str, Any]) -> Struct:
    """Return a JSON object as a Struct; ValueError for what a Struct cannot hold exactly."""
    return Struct(fields={key: _to_value(item) for key, item in value.items()})


def from_struct(struct: Struct) -> dict[str, Any]:
    """Return a Struct as a JSON object; `InvalidError` for a number that JSON does not have."""
    return {key: _from_value(struct.fields[key]) for key in sorted(struct.fields)}


def _to_value(value: Any) -> Value:
    match value:
        case None:
            return Value(null_value=0)  # type: ignore[arg-type]
        case bool():
            return Value(bool_value=value)
        case int() if abs(value) > EXACT:
            raise ValueError(f"{value} is too large for a Struct")
        case int() | float():
            return Value(number_value=value)
        case str():
            return Value(string_value=value)
        case Mapping():
            return Value(struct_value=to_struct(value))
        case list() | tuple():
            return Value(list_value=ListValue(values=[_to_value(item) for item in value]))
    raise ValueError(f"{type(value).__name__} is no JSON value")


def _from_value(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "bool_value":
            return value.bool_value
        case "number_value":
            return _number(value.number_value)
        case "string_value":
            return value.string_value
        case "struct_value":
            return from_struct(value.struct_value)
        case "list_value":
            return [_from_value(item) for item in value.list_value.values]
    return None


def _number(number: float) -> int | float:
    if not math.isfinite(number):
        raise InvalidError(f"{number} is not a number of JSON: send finite numbers.")
    return int(number) if number.is_integer() and abs(number) <= EXACT else number
