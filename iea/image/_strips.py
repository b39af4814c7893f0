"""JPEG in strips of rows: so that decoding, rendering and encoding go on at the same time.

A JPEG may restart its coder after every so many blocks. Strips of whole rows of blocks, each
encoded by libvips as a JPEG of its own with the same tables, are therefore one JPEG once their
samples are put behind each other with restart markers between: the same coefficients as those of
the picture encoded at once, made on as many threads as there are.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyvips

from ._vips import from_memory

ROWS = 256
"""Rows of a strip, if not so wide that the restart interval, 16 bits, cannot count its blocks."""
_MOST_BLOCKS = 65_535
_DECODED = 64
"""Rows that are decoded at a time."""

_SIZE, _SCAN, _INTERVAL, _RESTART, _END = 0xC0, 0xDA, b"\xff\xdd\x00\x04", 0xD0, b"\xff\xd9"


def rows_of(image: Any, samples: Any) -> Iterator[int]:
    """Decode a lazy image into an array of its shape, and tell how many rows are there so far."""
    region = pyvips.Region.new(image)
    height, width, bands = samples.shape
    for top in range(0, height, _DECODED):
        rows = min(_DECODED, height - top)
        strip = np.frombuffer(region.fetch(0, top, width, rows), samples.dtype)
        samples[top : top + rows] = strip.reshape(rows, width, bands)
        yield top + rows


def strip_rows(width: int) -> int:
    """Return how many rows the strips of a picture have; the last may have fewer."""
    # Blocks are 8 pixels wide at the least, and rows of them up to 16 high.
    return min(ROWS, _MOST_BLOCKS // -(-width // 8) * 8 // 16 * 16)


def write_strip(pixels: Any, quality: int) -> bytes:
    """Encode one strip of 8 bit, RGB or RGBA, as a JPEG without metadata; alpha over white."""
    image = from_memory(np.ascontiguousarray(pixels))
    if image.bands == 4:
        image = image.flatten(background=[255, 255, 255])
    # Strips are what is spread over threads here.
    image = image.copy()
    image.set_type(pyvips.GValue.gint_type, "vips-concurrency", 1)
    return bytes(image.jpegsave_buffer(Q=quality, keep="none"))


def join(head: bytes, strips: Sequence[bytes], height: int) -> bytes:
    """Make one JPEG of strips; `head` is any JPEG of their width, quality and the metadata."""
    size, scan = _segments(head)
    # Height, width, number of components and, in each of them, its blocks across and down.
    width, components = struct.unpack(">HB", head[size + 7 : size + 10])
    sampling = [head[size + 11 + 3 * i] for i in range(components)]
    across, down = 8 * max(s >> 4 for s in sampling), 8 * max(s & 15 for s in sampling)
    first_rows = struct.unpack(">H", strips[0][_segments(strips[0])[0] + 5 :][:2])[0]
    blocks = -(-width // across) * -(-first_rows // down)
    parts = [head[: size + 5], struct.pack(">H", height), head[size + 7 : scan]]
    if len(strips) > 1:
        parts += [_INTERVAL, struct.pack(">H", blocks)]
    start = scan + 2 + struct.unpack(">H", head[scan + 2 : scan + 4])[0]
    parts.append(head[scan:start])
    for i, strip in enumerate(strips):
        if i:
            parts.append(bytes([0xFF, _RESTART + (i - 1) % 8]))
        at = _segments(strip)[1]
        parts.append(strip[at + 2 + struct.unpack(">H", strip[at + 2 : at + 4])[0] : -2])
    return b"".join([*parts, _END])


def _segments(data: bytes) -> tuple[int, int]:
    """Return where the size (a baseline frame's header) and the scan of a JPEG stand."""
    at, size = 2, 0
    while data[at + 1] != _SCAN:
        if data[at + 1] == _SIZE:
            size = at
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return size, at
