"""The log: one JSON object a line on standard error, through the standard library's logging.

Lines name services, methods, codes and ids; never a user's words, never a picture.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

LOG = logging.getLogger("iea")
# Silent in a program that only uses the library, until it asks for the log.
LOG.addHandler(logging.NullHandler())


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": when, "level": record.levelname, "event": record.msg}
        line |= getattr(record, "fields", {})
        return json.dumps(line, ensure_ascii=False)


def configure() -> None:
    """Send the log of this process to standard error; for the start of a service."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonFormatter())
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False


def line(event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Log one line."""
    LOG.log(level, event, extra={"fields": fields})


def describe(error: BaseException) -> dict[str, Any]:
    """Describe an unexpected error for the log: its type, and where it came from.

    Its message is left out, except an operating system's: it may quote what the user wrote.
    """
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "reason": error.strerror if isinstance(error, OSError) else None,
        "stack": [f"{f.filename}:{f.lineno} {f.name}" for f in frames],
    }
