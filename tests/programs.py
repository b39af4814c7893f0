"""Short ways to write programs in tests."""

from typing import Any

from iea.program import Program
from iea.tools import NAME, TOOLS, VERSION


def program(**amounts: float) -> Program:
    """Make a program of tools at their main parameter: `program(exposure=1, fade=20)`."""
    return Program.parse(
        document(*({"tool": t, "params": {TOOLS[t].main.name: v}} for t, v in amounts.items()))
    )


def document(*steps: dict[str, Any]) -> dict[str, Any]:
    """Make a program file's JSON value."""
    return {"toolset": {"name": NAME, "version": VERSION}, "steps": list(steps)}
