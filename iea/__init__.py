"""IEA: photos edited by conversation, as programs that can be read, replayed and audited.

`iea.client` talks to a server and needs the base install only; everything else needs the `local`
extra.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iea.program import Program

__all__ = ["render_bytes"]


def render_bytes(
    photo: bytes,
    program: "Program | Mapping[str, Any]",
    *,
    suffix: str = ".jpg",
    quality: int = 90,
) -> bytes:
    """Render a program on a photo, locally and exactly.

    `photo` is an encoded file, `program` a `Program` or a parsed program file; the result is
    encoded in the format of `suffix`, with `quality` 1..100 where the format is lossy.

    Raises `iea.errors.InvalidError` for an unreadable photo, a bad program or an unknown suffix.
    """
    # Imported here, so that `iea.client` works without the `local` extra.
    from iea.develop import develop
    from iea.program import Program

    parsed = program if isinstance(program, Program) else Program.parse(program)
    return develop(photo, parsed, suffix, quality=quality)
