"""Looks at every directory of a TIFF before libtiff does: sizes, number, loops."""

import struct
from collections.abc import Iterator

from .limits import MAX_FRAMES, check_entries, check_frames, check_size

_WIDTH, _HEIGHT, _SUB_IFDS, _TILE_WIDTH, _TILE_HEIGHT = 256, 257, 330, 322, 323
_WANTED = (_WIDTH, _HEIGHT, _SUB_IFDS, _TILE_WIDTH, _TILE_HEIGHT)

# Type of a whole number: its struct code. 13 and 18 are offsets of directories.
_CODES = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}

_Tags = dict[int, tuple[int, ...]]


class _Layout:
    """Where things are in a directory: TIFF has 12-byte entries, BigTIFF has 20-byte ones."""

    def __init__(self, data: bytes) -> None:
        self.order = "<" if data[:2] == b"II" else ">"
        self.big = b"+" in data[2:4]
        self.first_at = 8 if self.big else 4
        self.count = self.order + ("Q" if self.big else "H")
        self.entry = self.order + ("HHQ" if self.big else "HHI")
        self.offset = self.order + ("Q" if self.big else "I")
        self.entry_size = 20 if self.big else 12


def check_directories(data: bytes, name: str) -> None:
    """Walks all pages and the directories below them.

    InvalidError for a page or a tile beyond the limits on sizes, and for more directories than
    `MAX_FRAMES` (a loop is endlessly many) or entries than `MAX_ENTRIES`. What cannot be read ends
    its chain: libtiff judges it.
    """
    layout = _Layout(data)
    waiting = [_number(data, layout.offset, layout.first_at)]
    seen = entries = 0
    while waiting:
        at = waiting.pop()
        seen += 1
        entries += _number(data, layout.count, at)
        check_frames(seen + len(waiting), name)
        check_entries(entries, name)
        tags, next_at = _directory(data, layout, at)
        for across, down in ((_WIDTH, _HEIGHT), (_TILE_WIDTH, _TILE_HEIGHT)):
            check_size(
                max(tags.get(across, ()), default=0), max(tags.get(down, ()), default=0), name
            )
        linked = (next_at, *tags.get(_SUB_IFDS, ()))
        waiting += [at for at in linked if 0 < at < len(data)]


def _directory(data: bytes, layout: _Layout, at: int) -> tuple[_Tags, int]:
    """The wanted tags of the directory at `at`, and where the next one is (0: nowhere)."""
    count = _number(data, layout.count, at)
    start = at + struct.calcsize(layout.count)
    end = min(start + count * layout.entry_size, len(data))
    tags: _Tags = {}
    for entry in range(start, end - layout.entry_size + 1, layout.entry_size):
        tag, kind, values = struct.unpack_from(layout.entry, data, entry)
        if tag in _WANTED and kind in _CODES:
            tags[tag] = tuple(_values(data, layout, entry, _CODES[kind], values))
    return tags, _number(data, layout.offset, end)


def _values(data: bytes, layout: _Layout, entry: int, code: str, count: int) -> Iterator[int]:
    size = struct.calcsize(code)
    inline = entry + struct.calcsize(layout.entry)
    fits = count * size <= struct.calcsize(layout.offset)
    at = inline if fits else _number(data, layout.offset, inline)
    # One more than there may be is enough for the walk to refuse them.
    count = min(count, MAX_FRAMES + 1)
    for value_at in range(at, min(at + count * size, len(data) - size + 1), size):
        yield _number(data, layout.order + code, value_at)


def _number(data: bytes, code: str, at: int) -> int:
    """The number at `at`; 0 where the file has ended."""
    if at + struct.calcsize(code) > len(data):
        return 0
    number: int = struct.unpack_from(code, data, at)[0]
    return number
