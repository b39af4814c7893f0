"""Photos as they come in: bounded, readable to the last row, and kept by digest."""

from collections.abc import Iterable
from typing import NamedTuple

from iea import image
from iea.blobs import Store
from iea.errors import InvalidError
from iea.image import Decoder
from iea.rpc.slots import Slots

MAX_NAME = 255


class Photo(NamedTuple):
    """A photo that the platform holds; width and height are upright, in pixels."""

    sha256: str
    width: int
    height: int
    format: str


def collect(chunks: Iterable[bytes], max_bytes: int, name: str) -> bytes:
    """Join the chunks of an upload; `InvalidError` as soon as they exceed `max_bytes`."""
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > max_bytes:
            raise InvalidError(
                f"{name} has more than the limit of {max_bytes:,} bytes: export a smaller copy."
            )
    return bytes(data)


class Gate(NamedTuple):
    """What strangers' bytes go through: a decoder, and how many of them at once."""

    decoder: Decoder
    slots: Slots


def keep(data: bytes, blobs: Store, gate: Gate, name: str) -> Photo:
    """Check a photo and keep it. `InvalidError` if it is unreadable, cut short or too large."""
    with gate.slots.take():
        info = gate.decoder.probe(data, name=name)
        # A photo that breaks off is refused here, not at the first edit.
        gate.decoder.decode(data, name=name)
    return Photo(blobs.put(data), info.width, info.height, info.format)


def look(sha256: str, blobs: Store) -> Photo:
    """Describe a photo that is held; `NotFoundError` if it is not."""
    info = image.probe(blobs.get(sha256))
    return Photo(sha256, info.width, info.height, info.format)
