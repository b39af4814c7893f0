"""libvips, set up once for photos that strangers send.

Only four loaders are open, and only on bytes in memory: no file name, no option string and no
other format ever reaches libvips.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyvips

from iea.errors import InvalidError
from iea.formats import Format

from ._jpeg import prepared

# A photo is decoded once: remembering operations would only keep its memory.
pyvips.cache_set_max(0)

# Faults are raised as our own errors; libvips's remarks on bad files are noise in a server's log.
logging.getLogger("pyvips").setLevel(logging.CRITICAL)

pyvips.operation_block_set("VipsForeignLoad", True)
for _kind in ("Jpeg", "Png", "Webp", "Tiff"):
    pyvips.operation_block_set(f"VipsForeignLoad{_kind}Buffer", False)

_LOADERS = {
    "jpeg": pyvips.Image.jpegload_buffer,
    "png": pyvips.Image.pngload_buffer,
    "webp": pyvips.Image.webpload_buffer,
    "tiff": pyvips.Image.tiffload_buffer,
}


@contextmanager
def faults_of(name: str) -> Iterator[None]:
    """Turns what libvips says about damaged bytes into one sentence about `name`."""
    try:
        yield
    except pyvips.Error as error:
        raise damaged(name) from error


def damaged(name: str) -> InvalidError:
    """The error for a photo of which not every pixel can be read."""
    return InvalidError(
        f"{name} is damaged or cut short and cannot be read in full: "
        "copy it again from the camera or wherever it came from."
    )


def load(data: bytes, kind: Format, **options: Any) -> Any:
    """A lazy libvips image: its header is read, its pixels are not yet.

    `fail_on="warning"` is the only level that refuses a progressive JPEG that was cut and closed
    with an end marker. Remarks of libtiff and libpng on odd tags and chunks are no warnings.
    """
    if kind == "jpeg":
        data = prepared(data)
    return _LOADERS[kind](data, access="sequential", fail_on="warning", **options)


def from_memory(samples: Any, width: int, height: int, bands: int) -> Any:
    """A libvips image over `samples` (anything with a buffer of uint8 or uint16), not a copy."""
    wide = memoryview(samples).nbytes == width * height * bands * 2
    image = pyvips.Image.new_from_memory(
        samples, width, height, bands, "ushort" if wide else "uchar"
    )
    return image.copy(interpretation="rgb16" if wide else "srgb")


def blob(image: Any, field: str) -> bytes | None:
    """A piece of metadata, or None where the photo has none (or an empty one)."""
    return bytes(image.get(field)) or None if image.get_typeof(field) else None
