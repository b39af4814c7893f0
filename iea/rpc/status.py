"""Errors as gRPC statuses, and back: one table for both ways.

A status carries `google.rpc.ErrorInfo` (domain "iea", the error's name as the reason), for invalid
input `google.rpc.BadRequest` with the violations, and for a full queue `google.rpc.RetryInfo`.
"""

import grpc
from google.protobuf.any_pb2 import Any
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status  # type: ignore[import-untyped]

from iea.errors import (
    CheckFailedError,
    ConflictError,
    ExhaustedError,
    IeaError,
    InvalidError,
    NotFoundError,
    UnavailableError,
    Violation,
)
from iea.rpc.context import BusyError, DeadlineError

DOMAIN = "iea"
DETAILS_KEY = "grpc-status-details-bin"

CODES: tuple[tuple[type[IeaError], grpc.StatusCode], ...] = (
    (InvalidError, grpc.StatusCode.INVALID_ARGUMENT),
    (NotFoundError, grpc.StatusCode.NOT_FOUND),
    (ConflictError, grpc.StatusCode.ABORTED),
    (CheckFailedError, grpc.StatusCode.DATA_LOSS),
    (DeadlineError, grpc.StatusCode.DEADLINE_EXCEEDED),
    (ExhaustedError, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (UnavailableError, grpc.StatusCode.UNAVAILABLE),
    (IeaError, grpc.StatusCode.INTERNAL),
)
"""The first class that an error is an instance of decides."""

# Statuses travel in HTTP/2 headers, and peers refuse more than 8 KiB of them.
MAX_MESSAGE = 500
MAX_STATUS_BYTES = 4096


def code_of(error: IeaError) -> grpc.StatusCode:
    """Return the code of an error."""
    return next(code for cls, code in CODES if isinstance(error, cls))


def message_of(error: IeaError) -> str:
    """Return an error's sentence, cut to what a status can carry."""
    text = str(error)
    return text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE - 1]}…"


def details_of(error: IeaError) -> bytes:
    """Return the rich status (google.rpc.Status) of an error, as many violations as fit."""
    number: int = code_of(error).value[0]
    status = status_pb2.Status(code=number, message=message_of(error))
    info = error_details_pb2.ErrorInfo(domain=DOMAIN, reason=_reason(type(error)))
    status.details.add().Pack(info)
    if isinstance(error, InvalidError) and error.violations:
        bad = error_details_pb2.BadRequest()
        for field, description in error.violations:
            bad.field_violations.add(field=field[:200], description=description[:300])
            if status.ByteSize() + bad.ByteSize() > MAX_STATUS_BYTES:
                del bad.field_violations[-1]
                break
        status.details.add().Pack(bad)
    if isinstance(error, BusyError):
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(round(error.retry_s * 1e3))
        status.details.add().Pack(retry)
    details: bytes = status.SerializeToString()
    return details


def error_from(failed: grpc.RpcError, address: str) -> IeaError:
    """Return the error that a failed call stands for; `address` is what was called."""
    try:
        status = rpc_status.from_call(failed)
    except ValueError:  # the details contradict the status: somebody else's
        status = None
    code: grpc.StatusCode = failed.code()
    if status is None or not any(_is_ours(detail) for detail in status.details):
        return _foreign(code, failed.details() or "", address)
    cls = next((cls for cls, known in CODES if known == code), IeaError)
    if cls is InvalidError:
        return InvalidError(status.message, _violations(status))
    retry = error_details_pb2.RetryInfo()
    if cls is ExhaustedError and any(detail.Unpack(retry) for detail in status.details):
        return BusyError(status.message, retry.retry_delay.ToMilliseconds() / 1e3)
    return cls(status.message)


def _foreign(code: grpc.StatusCode, details: str, address: str) -> IeaError:
    """Translate a status that gRPC itself made, on either side."""
    match code:
        case grpc.StatusCode.UNAVAILABLE:
            return UnavailableError(f"cannot reach {address}: is it running?")
        case grpc.StatusCode.DEADLINE_EXCEEDED | grpc.StatusCode.CANCELLED:
            return DeadlineError(f"{address} did not answer in time: allow more, or try again.")
        case grpc.StatusCode.RESOURCE_EXHAUSTED:
            return ExhaustedError(f"{address} turned the call away ({details}): try again later.")
        case grpc.StatusCode.UNIMPLEMENTED:
            return UnavailableError(f"{address} offers no such call: is it the right service?")
    return IeaError(f"{address} failed ({code.name}): {details[:MAX_MESSAGE]}")


def _is_ours(detail: Any) -> bool:
    info = error_details_pb2.ErrorInfo()
    return bool(detail.Unpack(info)) and info.domain == DOMAIN


def _violations(status: status_pb2.Status) -> list[Violation]:
    bad = error_details_pb2.BadRequest()
    found = any(detail.Unpack(bad) for detail in status.details)
    return [Violation(v.field, v.description) for v in bad.field_violations] if found else []


def _reason(cls: type[IeaError]) -> str:
    """Return UPPER_SNAKE_CASE, as ErrorInfo wants it: NotFoundError is NOT_FOUND."""
    name = cls.__name__.removesuffix("Error")
    return "".join(f"_{c}" if c.isupper() else c.upper() for c in name).removeprefix("_")
