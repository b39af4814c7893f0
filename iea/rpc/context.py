"""The call that is being answered: who asks, and how long there is still time for it."""

import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

import grpc

from iea.errors import ExhaustedError

REQUEST_ID = "x-request-id"
"""The metadata key, both ways."""


class DeadlineError(ExhaustedError):
    """The time for a call ran out, or its caller left."""


class BusyError(ExhaustedError):
    """Too much waits already; `retry_s` is when it is worth trying again, in seconds from now."""

    def __init__(self, message: str, retry_s: float) -> None:
        super().__init__(message)
        self.retry_s = retry_s


@dataclass
class Call:
    """One call on a server. `deadline` is on the monotonic clock, in seconds.

    `on_end` takes a function to be called when the call ends, and returns False if it has ended.
    """

    request_id: str
    deadline: float
    is_active: Callable[[], bool] = lambda: True
    on_end: Callable[[Callable[[], None]], bool] = lambda _: True
    code: grpc.StatusCode = grpc.StatusCode.OK

    def is_over(self) -> bool:
        """Tell whether nobody waits for the call any more; may be asked from any thread."""
        return not self.is_active() or time.monotonic() >= self.deadline


_current: ContextVar[Call | None] = ContextVar("iea_call", default=None)


def current() -> Call | None:
    """Return the call that this thread answers, or None outside of a server."""
    return _current.get()


def enter(call: Call | None) -> None:
    """Make a call the current one of this thread."""
    _current.set(call)


def request_id() -> str:
    """Return the current call's request id, or a new one."""
    call = current()
    return call.request_id if call else new_request_id()


def new_request_id() -> str:
    """Return an id that nobody has used."""
    return uuid.uuid4().hex


def remaining() -> float | None:
    """Return the seconds left for the current call (0 if there are none), or None if none ends."""
    call = current()
    return max(0.0, call.deadline - time.monotonic()) if call else None


def check() -> None:
    """Raise `DeadlineError` if nobody waits for the current call any more; call before work."""
    call = current()
    if call and call.is_over():
        raise DeadlineError("The time for this call ran out: allow more, or try again later.")
