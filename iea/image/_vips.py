"""libvips, set up once for photos that strangers send.

Only five loaders are open, and only on bytes in memory: no file name, no option string and no
other format ever reaches libvips.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyvips

from iea.errors import Cancelled, InvalidError
from iea.formats import Format

# A photo is decoded once: remembering operations would only keep its memory.
pyvips.cache_set_max(0)

# Faults are raised as our own errors; libvips's remarks on bad files are noise in a server's log.
logging.getLogger("pyvips").setLevel(logging.CRITICAL)

pyvips.operation_block_set("VipsForeignLoad", True)
for _kind in ("Jpeg", "Png", "Webp", "Tiff", "Heif"):
    pyvips.operation_block_set(f"VipsForeignLoad{_kind}Buffer", False)

_LOADERS = {
    "jpeg": pyvips.Image.jpegload_buffer,
    "png": pyvips.Image.pngload_buffer,
    "webp": pyvips.Image.webpload_buffer,
    "tiff": pyvips.Image.tiffload_buffer,
    "avif": pyvips.Image.heifload_buffer,
}


@contextmanager
def faults_of(name: str) -> Iterator[None]:
    """Turns what libvips says about damaged bytes into one sentence about `name`."""
    try:
        yield
    except pyvips.Error as error:
        raise damaged(name) from error


@contextmanager
def stopping(image: Any, cancelled: Callable[[], bool] | None) -> Iterator[None]:
    """Ends work on a lazy image as soon as `cancelled` says yes, with `Cancelled`."""
    if cancelled is None:
        yield
        return

    def look(source: Any, progress: Any) -> None:
        if cancelled():
            source.set_kill(True)

    image.set_progress(True)
    image.signal_connect("eval", look)
    try:
        yield
    except pyvips.Error:
        if cancelled():
            raise Cancelled from None
        raise


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
    return _LOADERS[kind](data, access="sequential", fail_on="warning", **options)


def from_memory(samples: Any) -> Any:
    """A libvips image over (height, width, bands) samples of uint8 or uint16, not a copy."""
    wide = samples.dtype.itemsize == 2
    return _over(samples).copy(interpretation="rgb16" if wide else "srgb")


def write_to(samples: Any, image: Any) -> None:
    """Decodes a lazy image straight into an array of its (height, width, bands) and type."""
    image.write(_over(samples))


def _over(samples: Any) -> Any:
    height, width, bands = samples.shape
    kind = "ushort" if samples.dtype.itemsize == 2 else "uchar"
    return pyvips.Image.new_from_memory(samples, width, height, bands, kind)


def with_blobs(image: Any, blobs: Mapping[str, bytes | None]) -> Any:
    """The same image with pieces of metadata attached, where there are any."""
    image = image.copy()
    for field, value in blobs.items():
        if value:
            image.set_type(pyvips.GValue.blob_type, field, value)
    return image


def blob(image: Any, field: str) -> bytes | None:
    """A piece of metadata, or None where the photo has none (or an empty one)."""
    return bytes(image.get(field)) or None if image.get_typeof(field) else None
