"""How large a photo may be, every number at one place.

Sizes are checked from headers, before any memory is taken for pixels; the numbers at the end bound
the process that decodes what strangers send (`iea.image.sandbox`).
"""

import os

from iea.errors import InvalidError

MAX_SIDE = 65_535
"""Pixels on one side of any page or tile: what the JPEG format can hold."""

MAX_PIXELS = 200_000_000
"""Width times height of any page, unless the environment variable IEA_MAX_PIXELS sets another.

200 million is the largest sensor in a phone; 8-bit RGB of it takes 600 MB.
"""

MAX_FRAMES = 1000
"""Pages, frames or directories in one file: all are looked at, though the first alone is shown."""

MAX_ENTRIES = 100_000
"""Entries of all directories of a TIFF; a page has twenty or so."""

MAX_POINTERS = 200
"""Links from directory to directory in EXIF: two or three, and what looks like some in noise."""

MAX_SCANS = 100
"""Scans of a progressive JPEG. Each is a pass over the whole picture; cameras write ten or so."""

MAX_METADATA = {"colour profile": 8 << 20, "EXIF": 8 << 20, "XMP": 8 << 20}
"""Bytes of each kind, unpacked. Large real ones have 2 MB (a printer's profile, a long history)."""

DECODE_SECONDS = 60.0
"""Time for one photo in the sandbox; the largest AVIF takes about 20 on two cores."""

DECODE_BYTES = 1 << 30
"""Memory that decoding may take besides what grows with the picture."""

DECODE_BYTES_PER_PIXEL = 32
"""Memory for each pixel: developing a raw file takes the most, 28 bytes."""


def max_pixels() -> int:
    """The limit in force: IEA_MAX_PIXELS or `MAX_PIXELS`. InvalidError if it is no whole number."""
    text = os.environ.get("IEA_MAX_PIXELS", "")
    if not text:
        return MAX_PIXELS
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise InvalidError(
            f"IEA_MAX_PIXELS is {text!r}: set it to a whole number of pixels, such as {MAX_PIXELS}."
        )
    return int(text)


def check_size(width: int, height: int, name: str) -> None:
    """InvalidError if a picture of `width` x `height` pixels is beyond a limit."""
    limit = max_pixels()
    if width * height > limit:
        raise InvalidError(
            f"{name} has {width} × {height} pixels, more than the limit of {limit:,}: "
            "make it smaller, or raise IEA_MAX_PIXELS."
        )
    if max(width, height) > MAX_SIDE:
        raise InvalidError(
            f"{name} has {width} × {height} pixels, more than {MAX_SIDE:,} on a side: "
            "make it smaller or cut it in parts."
        )


def check_frames(count: int, name: str) -> None:
    """InvalidError if a file holds more than `MAX_FRAMES` pages or frames."""
    if count > MAX_FRAMES:
        raise InvalidError(
            f"{name} holds more than {MAX_FRAMES:,} pages or frames: export the one that you want."
        )


def check_entries(count: int, name: str) -> None:
    """InvalidError if the directories of a TIFF hold more than `MAX_ENTRIES` entries."""
    if count > MAX_ENTRIES:
        raise InvalidError(
            f"{name} describes itself in more than {MAX_ENTRIES:,} entries: export it again."
        )


def check_pointers(count: int, name: str) -> None:
    """InvalidError if the directories of EXIF point to each other more than `MAX_POINTERS` times.

    Readers follow each of them, and with loops that takes seconds.
    """
    if count > MAX_POINTERS:
        raise InvalidError(
            f"{name} has EXIF that points to itself {count:,} times: export it again without EXIF."
        )


def check_scans(count: int, name: str) -> None:
    """InvalidError if a progressive JPEG takes more than `MAX_SCANS` passes to decode."""
    if count > MAX_SCANS:
        raise InvalidError(
            f"{name} is stored in {count:,} passes, more than the limit of {MAX_SCANS}: "
            "export it again."
        )


def check_metadata(name: str, icc: bytes | None, exif: bytes | None, xmp: bytes | None) -> None:
    """InvalidError if the colour profile, the EXIF or the XMP is beyond its limit."""
    for (what, limit), found in zip(MAX_METADATA.items(), (icc, exif, xmp), strict=True):
        if found is not None and len(found) > limit:
            raise InvalidError(
                f"{name} carries {len(found):,} bytes of {what}, more than the limit of {limit:,}: "
                f"export it again without its {what}."
            )
