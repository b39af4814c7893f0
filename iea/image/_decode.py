"""Bytes to pixels."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from iea.errors import InvalidError

from . import _exif, _xmp
from ._colour import to_rgb
from ._open import open_photo
from ._source import Source
from ._strips import rows_of
from ._vips import blob, faults_of, from_memory, write_to
from .picture import Info, Picture, Samples, to_8bit

# How libvips makes each EXIF orientation upright; 1 is upright already.
_UPRIGHT = {
    2: ("fliphor",),
    3: ("rot180",),
    4: ("flipver",),
    5: ("rot90", "fliphor"),
    6: ("rot90",),
    7: ("rot90", "flipver"),
    8: ("rot270",),
}

Allocate = Callable[[tuple[int, ...], Any], Any]
"""Gives an array of a shape and type to decode into: numpy.empty, or shared memory."""


def probe(data: bytes, *, name: str = "the photo") -> Info:
    """Format and upright size from the header alone. InvalidError as `decode`, bar its pixels."""
    return info_of(open_photo(data, name))


def decode(data: bytes, *, name: str = "the photo") -> Picture:
    """The photo, upright: the first page of a TIFF, the first frame of an animation.

    8-bit files give uint8; 10, 12 and 16-bit files and camera raw give uint16 of the whole range.
    Raw is developed as sRGB with the camera's white balance. `name` is what errors call the photo.
    InvalidError if it is not a JPEG, PNG, WebP, TIFF, AVIF, HEIC or raw photo, is beyond a limit
    (`iea.image.limits`), is damaged or cut short, or holds other than whole-number grey, RGB or
    CMYK.
    """
    return picture_of(open_photo(data, name), name)


def decode_rows(data: bytes, *, name: str = "the photo") -> tuple[Picture, Iterator[int]]:
    """As `decode`, with pixels that are filled from top to bottom while the iterator is drawn.

    It tells how many rows are there so far, the height at last; errors come while it is drawn. A
    photo whose format or orientation does not allow that is decoded at once.
    """
    source = open_photo(data, name)
    if source.format != "jpeg" or source.orientation != 1:
        picture = picture_of(source, name)
        return picture, iter([picture.height])
    with faults_of(name):
        image = to_rgb(source.image(1), name)
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    return _picture(source, pixels, None, image), _rows(image, pixels, name)


def _rows(image: Any, pixels: Samples, name: str) -> Iterator[int]:
    with faults_of(name):
        yield from rows_of(image, pixels)


def decode_small(data: bytes, size: int, *, name: str = "the photo") -> Picture:
    """An 8-bit copy whose longer side is at most `size` pixels (never enlarged), upright.

    Far faster than `decode` for JPEG and WebP, which are decoded at a fraction of their size, and
    faster for raw. It carries the colour profile and no other metadata. InvalidError as `decode`.
    """
    return small_of(open_photo(data, name), size, name)


def info_of(source: Source) -> Info:
    """`probe` of an opened photo."""
    width, height = source.width, source.height
    return Info(source.format, *((height, width) if source.orientation >= 5 else (width, height)))


def picture_of(source: Source, name: str, allocate: Allocate = np.empty) -> Picture:
    """`decode` of an opened photo, its samples in what `allocate` gives (pixels, then alpha)."""
    with faults_of(name):
        rgb = to_rgb(source.image(1), name)
        pixels, alpha = _samples(rgb, source.orientation, allocate)
    return _picture(source, pixels, alpha, rgb)


def _picture(source: Source, pixels: Samples, alpha: Samples | None, rgb: Any) -> Picture:
    return Picture(
        pixels,
        alpha,
        icc=blob(rgb, "icc-profile-data"),
        exif=_exif.upright(source.exif) if source.exif else None,
        xmp=_xmp.upright(source.xmp) if source.xmp else None,
        format=source.format,
    )


def small_of(source: Source, size: int, name: str) -> Picture:
    """`decode_small` of an opened photo."""
    if size < 1:
        raise InvalidError(f"A copy of {name} cannot be {size} pixels long: ask for 1 or more.")
    width, height = source.width, source.height
    longer = max(width, height)
    with faults_of(name):
        # Half the way is left to libvips: what the formats' own shrinking gives is not as clean.
        rgb = to_rgb(source.image(longer // (2 * size)), name)
        if longer > size:
            width, height = (max(1, round(side * size / longer)) for side in (width, height))
            rgb = rgb.thumbnail_image(width, height=height, size="force", no_rotate=True)
        pixels, alpha = _samples(rgb, source.orientation, np.empty)
    icc = blob(rgb, "icc-profile-data")
    small = None if alpha is None else to_8bit(alpha)
    return Picture(to_8bit(pixels), small, icc, exif=None, xmp=None, format=source.format)


def _samples(image: Any, orientation: int, allocate: Allocate) -> tuple[Samples, Samples | None]:
    """Decodes: the pixels and the alpha of a lazy RGB or RGBA image, turned upright."""
    turns = _UPRIGHT.get(orientation, ())
    last = allocate if image.bands == 3 else np.empty
    if turns:
        # Turned from memory: a file is read from top to bottom only.
        stored = _evaluated(image, np.empty)
        image = from_memory(stored)
        for turn in turns:
            image = getattr(image, turn)()
    samples = _evaluated(image, last)
    if image.bands == 3:
        return samples, None
    pixels = allocate((*samples.shape[:2], 3), samples.dtype)
    alpha = allocate(samples.shape[:2], samples.dtype)
    pixels[...], alpha[...] = samples[..., :3], samples[..., 3]
    return pixels, alpha


def _evaluated(image: Any, allocate: Allocate) -> Any:
    """The samples of a lazy image, (height, width, bands), written where `allocate` says."""
    dtype = np.dtype(np.uint16 if image.format == "ushort" else np.uint8)
    samples = allocate((image.height, image.width, image.bands), dtype)
    write_to(samples, image)
    return samples
