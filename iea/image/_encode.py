"""Pixels to bytes."""

import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from iea.errors import Cancelled, InvalidError
from iea.formats import SUFFIXES, Format, check_suffix

from . import _exif, _xmp
from ._container import insert_exif
from ._heic import write_heic
from ._strips import join, strip_rows, write_strip
from ._vips import from_memory, stopping, with_blobs
from .picture import Picture, Samples, to_8bit

# The formats' own limits, in pixels on a side.
_MAX_SIDES: dict[Format, int] = {
    "jpeg": 65_535,
    "webp": 16_383,
    # What the encoders were seen to take; the formats could hold more.
    "avif": 65_535,
    "heic": 16_384,
}

# What libvips writes itself; EXIF is put in afterwards, because libvips writes it anew and drops
# what it does not know, camera makers' notes above all.
_KEEP = "xmp:icc"

_DOTS_PER_MM = 72 / 25.4

# Of 0 to 10: half the time of 8, files 3 % larger.
_AVIF_SPEED = 9


def encode(
    picture: Picture,
    suffix: str,
    *,
    quality: int = 90,
    gps: bool = True,
    cancelled: Callable[[], bool] | None = None,
) -> bytes:
    """A file in the format of `suffix` (`.jpg`), with the photo's profile, EXIF and XMP.

    16-bit pixels stay so in PNG and TIFF and are rounded to 8 elsewhere. Alpha is laid over white
    in JPEG. `quality` (1-100) is for JPEG, AVIF and HEIC, with full colour resolution from 90 on,
    and WebP; PNG and TIFF lose nothing. `gps=False` leaves out where the photo was taken, in EXIF
    and XMP. The same input always gives the same bytes. `cancelled` is asked every few milliseconds
    while JPEG, PNG and TIFF are written, and a yes raises `Cancelled`; WebP, AVIF and HEIC are
    written in one go. InvalidError for an unknown suffix, a quality out of range, or more pixels on
    a side than the format can hold.
    """
    kind = SUFFIXES[check_suffix(suffix)]
    if kind == "jpeg":
        return _write_jpeg(picture, quality, gps=gps, cancelled=cancelled)
    _check(picture.width, picture.height, kind, quality)
    if not gps:
        picture = _without_gps(picture)
    exif = picture.exif
    if exif is not None:
        exif = _exif.with_size(exif, picture.width, picture.height)
    if kind == "heic":
        return write_heic(picture, exif, quality)
    if kind == "avif":
        return _write_avif(picture, exif, quality)
    image = _image(picture, eight_bit=kind == "webp")
    with stopping(image, cancelled):
        data = _save(image, kind, quality)
    return data if exif is None else insert_exif(data, kind, exif, picture)


class JpegStrips:
    """A JPEG made of strips of `rows` rows, encoded in any order and on any thread.

    `picture` gives profile, EXIF and XMP; its pixels do not matter. The other arguments, and the
    errors, are those of `encode`.
    """

    def __init__(
        self, picture: Picture, width: int, height: int, *, quality: int = 90, gps: bool = True
    ) -> None:
        _check(width, height, "jpeg", quality)
        self._picture = picture if gps else _without_gps(picture)
        self._width, self._height, self._quality = width, height, quality
        self.rows = strip_rows(width)

    def encode(self, pixels: Samples, alpha: Samples | None = None) -> bytes:
        """Encode a strip, (rows, width, 3); only the last may have fewer rows."""
        samples = to_8bit(pixels)
        if alpha is not None:
            samples = np.dstack([samples, to_8bit(alpha)])
        return write_strip(samples, self._quality)

    def join(self, strips: Sequence[bytes]) -> bytes:
        """Return the file, from its strips from top to bottom."""
        picture, exif = self._picture, self._picture.exif
        line = np.zeros((1, self._width, 3), np.uint8)
        blobs = {"icc-profile-data": picture.icc, "xmp-data": picture.xmp}
        image = from_memory(line).copy(xres=_DOTS_PER_MM, yres=_DOTS_PER_MM)
        head = with_blobs(image, blobs).jpegsave_buffer(Q=self._quality, keep=_KEEP)
        data = join(bytes(head), strips, self._height)
        if exif is None:
            return data
        exif = _exif.with_size(exif, self._width, self._height)
        return insert_exif(data, "jpeg", exif, picture)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(len(os.sched_getaffinity(0)), thread_name_prefix="encode")


def _write_jpeg(
    picture: Picture, quality: int, *, gps: bool, cancelled: Callable[[], bool] | None
) -> bytes:
    strips = JpegStrips(picture, picture.width, picture.height, quality=quality, gps=gps)

    def encode(top: int) -> bytes:
        if cancelled is not None and cancelled():
            raise Cancelled
        part = slice(top, top + strips.rows)
        return strips.encode(
            picture.pixels[part], None if picture.alpha is None else picture.alpha[part]
        )

    tops = range(0, picture.height, strips.rows)
    return strips.join(list((_pool().map if len(tops) > 1 else map)(encode, tops)))


def _without_gps(picture: Picture) -> Picture:
    return replace(
        picture,
        exif=_exif.without_gps(picture.exif) if picture.exif else None,
        xmp=_xmp.without_gps(picture.xmp) if picture.xmp else None,
    )


def _check(width: int, height: int, kind: Format, quality: int) -> None:
    if not 1 <= quality <= 100:
        raise InvalidError(f"The quality {quality} is out of range: give a number from 1 to 100.")
    limit = _MAX_SIDES.get(kind)
    if limit is not None and max(width, height) > limit:
        raise InvalidError(
            f"The picture has {width} × {height} pixels and {kind.upper()} holds "
            f"{limit:,} on a side: write it as .png or .tif, or make it smaller."
        )


def _image(picture: Picture, *, eight_bit: bool) -> Any:
    pixels, alpha = picture.pixels, picture.alpha
    image = from_memory(to_8bit(pixels) if eight_bit else pixels)
    if alpha is not None:
        plane = np.ascontiguousarray(to_8bit(alpha) if eight_bit else alpha)
        image = image.bandjoin(from_memory(plane[..., None]))
    image = image.copy(xres=_DOTS_PER_MM, yres=_DOTS_PER_MM)
    return with_blobs(image, {"icc-profile-data": picture.icc, "xmp-data": picture.xmp})


def _save(image: Any, kind: Format, quality: int) -> bytes:
    """The settings were timed on photos of 24 MP: the fastest before files grow by over a tenth."""
    if kind == "webp":
        data = image.webpsave_buffer(Q=quality, effort=2, keep=_KEEP)
    elif kind == "png":
        data = image.pngsave_buffer(compression=3, filter="up", keep=_KEEP)
    else:
        data = image.tiffsave_buffer(compression="lzw", predictor="horizontal", keep=_KEEP)
    return bytes(data)


def _write_avif(picture: Picture, exif: bytes | None, quality: int) -> bytes:
    """By Pillow: twice as fast as libvips, and its EXIF stays byte for byte."""
    from PIL import Image

    planes = to_8bit(picture.pixels)
    if picture.alpha is not None:
        planes = np.dstack([planes, to_8bit(picture.alpha)])
    out = io.BytesIO()
    stand_in = _stand_in(exif)
    Image.fromarray(planes).save(
        out,
        "AVIF",
        quality=quality,
        speed=_AVIF_SPEED,
        subsampling="4:4:4" if quality >= 90 else "4:2:0",
        # Else the number of cores decides, and with it the bytes.
        autotiling=False,
        icc_profile=picture.icc,
        exif=stand_in,
        xmp=picture.xmp or b"",
    )
    data = out.getvalue()
    return data.replace(stand_in, exif, 1) if exif else data


def _stand_in(exif: bytes | None) -> bytes:
    """An EXIF with nothing in it, as long as the real one, which Pillow would write anew."""
    return b"" if exif is None else b"II*\0\x08\0\0\0".ljust(14, b"\0").ljust(len(exif), b"Z")
