"""The formats: how their first bytes look, and which file names they have."""

from pathlib import Path
from typing import Literal

from iea.errors import InvalidError

Format = Literal["jpeg", "png", "webp", "tiff", "avif", "heic", "raw"]
"""What a photo can be stored as; `raw` stands for every camera maker's own format."""

SUFFIXES: dict[str, Format] = {
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".png": "png",
    ".webp": "webp",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".avif": "avif",
    ".heic": "heic",
    ".heif": "heic",
}
"""What can be written. Raw is read only: it is what a sensor saw, and not a picture."""

# 43 in place of 42 is BigTIFF.
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# Fujifilm, Panasonic, Olympus. Most other makers' files start like a TIFF, and Canon's latest like
# a HEIC.
_RAW_STARTS = (b"FUJIFILMCCD-RAW ", b"IIU\0", b"IIRO", b"IIRS", b"MMOR")

# What an ISO media file says it can be read as. HEIF is the container; these name what is in it.
_BRANDS: dict[bytes, Format] = {
    b"avif": "avif",
    b"avis": "avif",
    b"heic": "heic",
    b"heix": "heic",
    b"heim": "heic",
    b"heis": "heic",
    b"hevc": "heic",
    b"hevx": "heic",
    b"crx ": "raw",
}
_MAX_BRANDS = 64

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
    """The format by the first bytes, whatever the file is called. InvalidError if not allowed.

    `tiff` may still be a raw file: its first directory tells, not its first bytes.
    """
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
    if data.startswith(_RAW_STARTS):
        return "raw"
    if kind := next((_BRANDS[brand] for brand in _brands(data) if brand in _BRANDS), None):
        return kind
    raise InvalidError(
        f"{name} is {_guess(data)}, not a JPEG, PNG, WebP, TIFF, AVIF, HEIC or camera raw photo: "
        "export it as one of these."
    )


def _brands(data: bytes) -> list[bytes]:
    """The major brand of an ISO media file, then those that it is compatible with."""
    if data[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(data[:4], "big"), len(data), 16 + 4 * _MAX_BRANDS)
    return [data[8:12], *(data[at : at + 4] for at in range(16, end, 4))]


def _guess(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return "a video, or a picture in a codec other than AV1 and HEVC"
    starts = (kind for start, kind in _OTHERS.items() if data.startswith(start))
    return next(starts, "some other kind of file")
