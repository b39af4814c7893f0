"""The proof of a trace: every turn rendered again, every digest compared."""

import hashlib
from collections.abc import Iterator
from typing import Any

from iea import trace as traces
from iea.errors import CheckFailedError, InvalidError
from iea.image import decode
from iea.program import Program
from iea.render import render


def replay(trace: dict[str, Any], photo: bytes) -> Iterator[str]:
    """Verify a trace (see `iea.trace.read`) against its photo; yield each turn's id once it holds.

    First the photo and the whole hash chain are checked, then every turn is rendered.

    Raises `CheckFailedError`, which names the turn.
    """
    if hashlib.sha256(photo).hexdigest() != trace["photo"]["sha256"]:
        raise CheckFailedError(
            "The photo is not the one of this trace: its SHA-256 differs; give the original file."
        )
    traces.verify(trace)
    picture = decode(photo)
    seen: dict[str, str] = {}
    for turn in trace["turns"]:
        program = _program(turn)
        if program.digest not in seen:
            seen[program.digest] = render(program, picture).digest()
        recorded = turn["render"]
        if seen[program.digest] != recorded["sha256"]:
            raise CheckFailedError(f"Turn {turn['id']}: the picture rendered now differs.")
        if (recorded["width"], recorded["height"]) != (picture.width, picture.height):
            raise CheckFailedError(f"Turn {turn['id']}: the picture's size differs.")
        yield turn["id"]


def _program(turn: dict[str, Any]) -> Program:
    try:
        program = Program.parse(turn["program"])
    except InvalidError as error:
        raise CheckFailedError(f"Turn {turn['id']}: the program is not valid: {error}") from None
    if program.digest != turn["program_sha256"]:
        raise CheckFailedError(f"Turn {turn['id']}: the program is not the one recorded.")
    return program
