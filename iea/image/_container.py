"""Puts EXIF, byte for byte, into a file that libvips has just written."""

import struct
import zlib

from iea.formats import Format

from ._exif import into_tiff
from .picture import Picture

# A JPEG segment's length field has 16 bits and counts itself and `Exif\0\0`.
_MAX_JPEG_EXIF = 65_535 - 2 - 6

# Flags of WebP's extended header.
_HAS_EXIF, _HAS_ALPHA = 0x08, 0x10


def insert_exif(data: bytes, kind: Format, exif: bytes, picture: Picture) -> bytes:
    """The file with EXIF; a JPEG without it where there is more than a JPEG can hold (64 KiB)."""
    if kind == "tiff":
        return into_tiff(data, exif)
    if kind == "png":
        return _into_png(data, exif)
    if kind == "webp":
        return _into_webp(data, exif, picture)
    return _into_jpeg(data, exif) if len(exif) <= _MAX_JPEG_EXIF else data


def _into_jpeg(data: bytes, exif: bytes) -> bytes:
    # The JFIF segment, if any, has to stay the first.
    at = 2
    if data[2:4] == b"\xff\xe0":
        at += 2 + int.from_bytes(data[4:6], "big")
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif
    return b"".join([data[:at], segment, data[at:]])


def _into_png(data: bytes, exif: bytes) -> bytes:
    at = 8 + 25  # The signature and the header chunk, which has to be the first.
    chunk = b"eXIf" + exif
    parts = [data[:at], struct.pack(">I", len(exif)), chunk, struct.pack(">I", zlib.crc32(chunk))]
    return b"".join([*parts, data[at:]])


def _into_webp(data: bytes, exif: bytes, picture: Picture) -> bytes:
    body = data[12:]
    if body[:4] == b"VP8X":
        flags = body[8]
        body = body[18:]
    else:
        flags = _HAS_ALPHA if picture.alpha is not None else 0
    sides = (picture.width - 1).to_bytes(3, "little") + (picture.height - 1).to_bytes(3, "little")
    header = _riff(b"VP8X", bytes([flags | _HAS_EXIF, 0, 0, 0]) + sides)
    return _riff(b"RIFF", b"".join([b"WEBP", header, body, _riff(b"EXIF", exif)]))


def _riff(name: bytes, content: bytes) -> bytes:
    return b"".join([name, struct.pack("<I", len(content)), content, b"\0" * (len(content) % 2)])
