"""The formats: how their first bytes look, and which file names they have."""

from pathlib import Path
from typing import Literal

from iea.errors import InvalidError

Format = Literal["jpeg", "png", "webp", "tiff"]

SUFFIXES: dict[str, Format] = {
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".png": "png",
    ".webp": "webp",
    ".tif": "tiff",
    ".tiff": "tiff",
}

# 43 in place of 42 is BigTIFF.
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# What people try as well: the answer then names it, and what to do.
_OTHERS = {
    b"GIF8": "a GIF",
    b"%PDF": "a PDF document",
    b"BM": "a BMP",
    b"8BPS": "a Photoshop document",
    b"<svg": "a drawing (SVG)",
    b"<?xml": "an XML text",
}


def check_suffix(path_or_suffix: str | Path) -> str:
    """The suffix in small letters (`.jpg`), of a path or as it stands. InvalidError if unknown."""
    text = str(path_or_suffix)
    suffix = (Path(text).suffix or Path(text).name).lower()
    if suffix not in SUFFIXES:
        raise InvalidError(
            f"{text!r} names no picture format: let it end in {', '.join(SUFFIXES)}."
        )
    return suffix


def format_of(data: bytes, name: str) -> Format:
    """The format by the first bytes, whatever the file is called. InvalidError if not allowed."""
    if not data:
        raise InvalidError(f"{name} is empty: copy it again from where it came from.")
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(_TIFF_STARTS):
        return "tiff"
    raise InvalidError(
        f"{name} is {_guess(data)}, not a JPEG, PNG, WebP or TIFF photo: export it as one of these."
    )


def _guess(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return "a HEIC, AVIF or video file"
    starts = (kind for start, kind in _OTHERS.items() if data.startswith(start))
    return next(starts, "some other kind of file")
