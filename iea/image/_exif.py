"""EXIF: the few fields that must change with the picture, in place; all else stays byte for byte.

EXIF is a small TIFF file: a byte order mark, then directories (IFDs) of 12-byte entries: tag, type,
count, and the value or the offset of the value. Offsets count from the byte order mark. Nothing is
moved, because camera makers' notes hold offsets of their own. Only between a TIFF photo, whose own
directory plays the part of EXIF, and the other formats are directories written anew.
"""

import re
import struct
from collections.abc import Mapping
from typing import NamedTuple

from .limits import MAX_METADATA

_ORIENTATION, _EXIF_IFD, _GPS_IFD, _INTEROP_IFD = 0x0112, 0x8769, 0x8825, 0xA005
_THUMBNAIL_START, _THUMBNAIL_LENGTH = 0x0201, 0x0202
_WIDTH, _HEIGHT = 0xA002, 0xA003
_SUBFILE_TYPE, _DNG_VERSION = 0x00FE, 0xC612
_XMP = 0x02BC

_MARKS = {b"II*\0": "<", b"MM\0*": ">"}
# What Panasonic and Olympus write there in raw files.
_RAW_MARKS = _MARKS | {b"IIU\0": "<", b"IIRO": "<", b"IIRS": "<", b"MMOR": ">"}

# What a TIFF's first directory says of the photo and not of the way its pixels are stored:
# description, make, model, software, time, artist, copyright.
_DESCRIPTIVE = (0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x8298)

_POINTER = re.compile(rb"\x69\x87|\x87\x69|\x25\x88|\x88\x25|\x05\xa0|\xa0\x05")

_SHORT, _LONG = 3, 4
# For each type: bytes of one value, and bytes of the number in it (a rational is two numbers).
_TYPES = {
    1: (1, 1),
    2: (1, 1),
    3: (2, 2),
    4: (4, 4),
    5: (8, 4),
    6: (1, 1),
    7: (1, 1),
    8: (2, 2),
    9: (4, 4),
    10: (8, 4),
    11: (4, 4),
    12: (8, 8),
}


class _Entry(NamedTuple):
    kind: int
    values: int
    value_at: int
    """Where the value begins, in the entry itself or elsewhere."""
    size: int


class _Ifd(NamedTuple):
    entries: dict[int, _Entry]
    next_at: int
    """Where the offset of the next directory is."""


def upright(exif: bytes) -> bytes | None:
    """The same EXIF with orientation 1 and without its thumbnail; None if it cannot be read."""
    data = bytearray(exif.removeprefix(b"Exif\0\0"))
    try:
        order = _order(data)
        first = _read(data, order, _number(data, order, 4, _LONG))
        if orientation := first.entries.get(_ORIENTATION):
            _set(data, order, orientation, 1)
        _remove_thumbnail(data, order, first.next_at)
    except (ValueError, struct.error):
        return None
    return bytes(data)


def pointers(exif: bytes) -> int:
    """How many entries may point to other directories; by their bytes, so some are none."""
    return len(_POINTER.findall(exif))


def with_size(exif: bytes, width: int, height: int) -> bytes:
    """The same EXIF saying that the picture has `width` x `height` pixels, where it says so."""
    data = bytearray(exif)
    try:
        order = _order(data)
        first = _read(data, order, _number(data, order, 4, _LONG))
        sub = _sub(data, order, first, _EXIF_IFD)
        for tag, side in ((_WIDTH, width), (_HEIGHT, height)):
            if entry := sub.get(tag):
                _set(data, order, entry, side)
    except (ValueError, struct.error):
        return exif
    return bytes(data)


def is_raw(tiff: bytes) -> bool:
    """Whether this is a camera's raw file, which looks like a TIFF of its own thumbnail."""
    if tiff[8:10] == b"CR":
        return True
    try:
        order = _order(tiff)
        entries = _read(tiff, order, _number(tiff, order, 4, _LONG)).entries
        subfile = entries.get(_SUBFILE_TYPE)
        reduced = subfile and _number(tiff, order, subfile.value_at, subfile.kind) & 1
        return _DNG_VERSION in entries or bool(reduced)
    except (ValueError, struct.error):
        return False


def from_tiff(tiff: bytes) -> bytes | None:
    """The EXIF of a TIFF or raw photo, as other formats hold it; None if it has none."""
    try:
        order = _order(tiff, _RAW_MARKS)
        first = _read(tiff, order, _number(tiff, order, 4, _LONG))
        fields = _fields(tiff, order, first.entries)
        kept = {tag: fields[tag] for tag in _DESCRIPTIVE if tag in fields}
        subs = _sub_fields(tiff, order, first)
    except (ValueError, struct.error):
        return None
    if not kept and not subs:
        return None
    return b"II*\0\x08\0\0\0" + _write(kept, subs, at=8)


def is_cut(tiff: bytes) -> bool:
    """Whether something in the first directory of a TIFF or raw photo lies beyond the end."""
    try:
        order = _order(tiff, _RAW_MARKS)
        at = _number(tiff, order, 4, _LONG)
        entries = _read(tiff, order, at).entries
        count = _number(tiff, order, at, _SHORT)
        kinds = (_number(tiff, order, at + 4 + 12 * entry, _SHORT) for entry in range(count))
        return len(entries) < sum(kind in _TYPES for kind in kinds)
    except ValueError:
        return False
    except struct.error:
        return True


def xmp_of_tiff(tiff: bytes) -> bytes | None:
    """The XMP packet in the first directory of a TIFF or raw photo."""
    try:
        order = _order(tiff, _RAW_MARKS)
        entries = _read(tiff, order, _number(tiff, order, 4, _LONG)).entries
    except (ValueError, struct.error):
        return None
    entry = entries.get(_XMP)
    return tiff[entry.value_at : entry.value_at + entry.size] or None if entry else None


def without_gps(exif: bytes) -> bytes | None:
    """The same EXIF without its place: wiped, and nothing points to where it was.

    None if the EXIF cannot be read, as nobody can then say what is in it.
    """
    data = bytearray(exif)
    try:
        order = _order(data)
        first_at = _number(data, order, 4, _LONG)
        first = _read(data, order, first_at)
        for entry in _sub(data, order, first, _GPS_IFD).values():
            data[entry.value_at : entry.value_at + entry.size] = bytes(entry.size)
        _remove(data, order, first_at, _GPS_IFD)
    except (ValueError, struct.error):
        return None
    return bytes(data)


def into_tiff(tiff: bytes, exif: bytes) -> bytes:
    """A little-endian TIFF with the fields of `exif` added to its first directory."""
    try:
        order = _order(exif)
        first = _read(exif, order, _number(exif, order, 4, _LONG))
        fields = _fields(exif, order, first.entries)
        subs = _sub_fields(exif, order, first)
    except (ValueError, struct.error):
        return tiff
    own = _fields(tiff, "<", _read(tiff, "<", _number(tiff, "<", 4, _LONG)).entries)
    kept = own | {tag: fields[tag] for tag in _DESCRIPTIVE if tag in fields}
    padding = b"\0" * (len(tiff) % 2)
    at = len(tiff) + len(padding)
    return b"".join([tiff[:4], struct.pack("<I", at), tiff[8:], padding, _write(kept, subs, at)])


def _order(data: bytes | bytearray, marks: Mapping[bytes, str] = _MARKS) -> str:
    order = marks.get(bytes(data[:4]))
    if order is None:
        raise ValueError("no EXIF")
    return order


def _number(data: bytes | bytearray, order: str, at: int, kind: int) -> int:
    if kind not in (_SHORT, _LONG):
        raise ValueError("not a whole number")
    value: int = struct.unpack_from(order + ("H" if kind == _SHORT else "I"), data, at)[0]
    return value


def _set(data: bytearray, order: str, entry: _Entry, value: int) -> None:
    if entry.kind in (_SHORT, _LONG) and entry.values == 1:
        struct.pack_into(
            order + ("H" if entry.kind == _SHORT else "I"), data, entry.value_at, value
        )


def _read(data: bytes | bytearray, order: str, at: int) -> _Ifd:
    count = _number(data, order, at, _SHORT)
    next_at = at + 2 + 12 * count
    entries: dict[int, _Entry] = {}
    for start in range(at + 2, next_at, 12):
        tag, kind, values = struct.unpack_from(order + "HHI", data, start)
        size = _TYPES.get(kind, (0, 0))[0] * values
        value_at = start + 8 if size <= 4 else _number(data, order, start + 8, _LONG)
        # One bad entry is left out (and left alone in the bytes), not the others with it.
        if kind in _TYPES and value_at + size <= len(data):
            entries.setdefault(tag, _Entry(kind, values, value_at, size))
    return _Ifd(entries, next_at)


def _sub(data: bytes | bytearray, order: str, first: _Ifd, tag: int) -> dict[int, _Entry]:
    if not (pointer := first.entries.get(tag)):
        return {}
    return _read(data, order, _number(data, order, pointer.value_at, pointer.kind)).entries


def _remove(data: bytearray, order: str, at: int, tag: int) -> None:
    """Takes the entries of `tag` out of the directory at `at`; those behind move up."""
    count = _number(data, order, at, _SHORT)
    entry, end = at + 2, at + 2 + 12 * count
    while entry < end:
        if _number(data, order, entry, _SHORT) != tag:
            entry += 12
            continue
        # The offset of the next directory moves with them.
        data[entry : end - 8] = data[entry + 12 : end + 4]
        data[end - 8 : end + 4] = bytes(12)
        end -= 12
    struct.pack_into(order + "H", data, at, (end - at - 2) // 12)


def _remove_thumbnail(data: bytearray, order: str, next_at: int) -> None:
    """Cuts off the second directory, and overwrites the picture that it points to."""
    if next_at + 4 > len(data) or not (second_at := _number(data, order, next_at, _LONG)):
        return
    struct.pack_into(order + "I", data, next_at, 0)
    try:
        second = _read(data, order, second_at).entries
        start, length = (
            _number(data, order, second[tag].value_at, second[tag].kind)
            for tag in (_THUMBNAIL_START, _THUMBNAIL_LENGTH)
        )
    except (KeyError, ValueError, struct.error):
        return
    end = min(start + length, len(data))
    if start < second_at:
        return
    if end == len(data):
        del data[start:]
    else:
        data[start:end] = bytes(end - start)


# Fields by tag: type, count, and the value's bytes in little-endian order.
_Fields = dict[int, tuple[int, int, bytes]]


def _fields(data: bytes, order: str, entries: dict[int, _Entry]) -> _Fields:
    """The fields with their values; those that would be more than EXIF may be are left out.

    Thousands of entries may point to the same bytes, and be larger together than the file.
    """
    fields = {}
    room = MAX_METADATA["EXIF"]
    for tag, entry in entries.items():
        room -= entry.size
        if room < 0:
            break
        value = data[entry.value_at : entry.value_at + entry.size]
        width = _TYPES[entry.kind][1]
        if order == ">" and width > 1:
            value = b"".join(value[at : at + width][::-1] for at in range(0, len(value), width))
        fields[tag] = (entry.kind, entry.values, value)
    return fields


def _sub_fields(data: bytes, order: str, first: _Ifd) -> dict[int, _Fields]:
    found = {}
    for tag in (_EXIF_IFD, _GPS_IFD):
        fields = _fields(data, order, _sub(data, order, first, tag))
        fields.pop(_INTEROP_IFD, None)  # A pointer to nothing that a person reads.
        if fields:
            found[tag] = fields
    return found


def _write(fields: _Fields, subs: dict[int, _Fields], at: int) -> bytes:
    """A little-endian directory that will stand at `at`, its directories `subs` behind it."""
    fields = dict(fields)
    fields |= {tag: (_LONG, 1, bytes(4)) for tag in subs}
    behind = at + _length(fields)
    tails = []
    for tag, sub in subs.items():
        fields[tag] = (_LONG, 1, struct.pack("<I", behind))
        tails.append(_write(sub, {}, behind))
        behind += len(tails[-1])
    head, values = [struct.pack("<H", len(fields))], []
    value_at = at + 6 + 12 * len(fields)
    for tag, (kind, count, value) in sorted(fields.items()):
        inline = value.ljust(4, b"\0")
        if len(value) > 4:
            inline = struct.pack("<I", value_at)
            values.append(value + b"\0" * (len(value) % 2))
            value_at += len(values[-1])
        head.append(struct.pack("<HHI", tag, kind, count) + inline)
    return b"".join([*head, bytes(4), *values, *tails])


def _length(fields: _Fields) -> int:
    values = sum(len(value) + len(value) % 2 for _, _, value in fields.values() if len(value) > 4)
    return 6 + 12 * len(fields) + values
