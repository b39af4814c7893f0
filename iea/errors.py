"""The one tree of errors. Each message is a sentence that names the thing and the way out.

    IeaError
    ├── InvalidError        the caller's input is wrong        INVALID_ARGUMENT    exit 2
    ├── NotFoundError       what was named is not there        NOT_FOUND           exit 2
    ├── ConflictError       it was changed in the meantime     ABORTED             exit 2
    ├── CheckFailedError    a proof did not hold               DATA_LOSS           exit 1
    ├── ExhaustedError      too much at once: try again later  RESOURCE_EXHAUSTED  exit 3
    └── UnavailableError    a service cannot be reached        UNAVAILABLE         exit 3

`iea.rpc` turns them into gRPC statuses and back; the command line turns them into exit statuses.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple


class Violation(NamedTuple):
    """One thing wrong with an input: where (a path such as `steps[1].params.ev`), and what."""

    field: str
    description: str


class IeaError(Exception):
    """Any error that a person is meant to read; `str(error)` is one sentence."""

    exit_status: ClassVar[int] = 2


class InvalidError(IeaError):
    """The input is wrong. `violations` lists every fault that was found."""

    def __init__(self, message: str, violations: Sequence[Violation] = ()) -> None:
        super().__init__(message)
        self.violations = tuple(violations)


class NotFoundError(IeaError):
    """What was named does not exist."""


class ConflictError(IeaError):
    """Somebody else changed the thing first: read it again, then repeat."""


class CheckFailedError(IeaError):
    """A digest, a chain or a comparison did not hold."""

    exit_status = 1


class ExhaustedError(IeaError):
    """A limit on work in progress was reached; the same call may succeed later."""

    exit_status = 3


class UnavailableError(IeaError):
    """A service cannot be reached."""

    exit_status = 3


class Cancelled(Exception):  # noqa: N818 - no error: somebody wanted it
    """A caller's `cancelled` said yes."""
