"""Bytes to pixels."""

import re
from typing import Any

import numpy as np

from iea.errors import InvalidError
from iea.formats import Format, format_of

from . import _exif
from ._colour import to_rgb
from ._vips import blob, damaged, faults_of, from_memory, load
from .limits import check_size
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

_XMP_ORIENTATION = re.compile(rb"""(tiff:Orientation\s*(?:=\s*["']|>)\s*)[2-8]""")


def probe(data: bytes, *, name: str = "the photo") -> Info:
    """Format and upright size from the header alone. InvalidError as `decode`, bar its pixels."""
    image, kind = _open(data, name)
    width, height = image.width, image.height
    if _orientation(image) >= 5:
        width, height = height, width
    return Info(kind, width, height)


def decode(data: bytes, *, name: str = "the photo") -> Picture:
    """The photo, upright: the first page of a TIFF, the first frame of an animation.

    8-bit files give uint8 and 16-bit files uint16; `name` is what errors call the photo.
    InvalidError if it is not a JPEG, PNG, WebP or TIFF, is larger than the limits, is damaged or
    cut short, is a camera raw file, or holds other than 8 or 16-bit grey, RGB or CMYK.
    """
    image, kind = _open(data, name)
    exif = _exif.from_tiff(data) if kind == "tiff" else blob(image, "exif-data")
    xmp = blob(image, "xmp-data")
    with faults_of(name):
        rgb = to_rgb(image, name)
        pixels, alpha = _samples(rgb, _orientation(image))
    return Picture(
        pixels,
        alpha,
        icc=blob(rgb, "icc-profile-data"),
        exif=_exif.upright(exif) if exif else None,
        xmp=_XMP_ORIENTATION.sub(rb"\g<1>1", xmp) if xmp else None,
        format=kind,
    )


def decode_small(data: bytes, size: int, *, name: str = "the photo") -> Picture:
    """An 8-bit copy whose longer side is at most `size` pixels (never enlarged), upright.

    Far faster than `decode` for JPEG and WebP, which are decoded at a fraction of their size. It
    carries the colour profile and no other metadata. InvalidError as `decode`.
    """
    if size < 1:
        raise InvalidError(f"A copy of {name} cannot be {size} pixels long: ask for 1 or more.")
    image, kind = _open(data, name)
    width, height = image.width, image.height
    longer = max(width, height)
    with faults_of(name):
        # Half the way is left to libvips: what the formats' own shrinking gives is not as clean.
        rgb = to_rgb(_shrunk(image, data, kind, longer // (2 * size)), name)
        if longer > size:
            width, height = (max(1, round(side * size / longer)) for side in (width, height))
            rgb = rgb.thumbnail_image(width, height=height, size="force", no_rotate=True)
        pixels, alpha = _samples(rgb, _orientation(image))
    icc = blob(rgb, "icc-profile-data")
    small = None if alpha is None else to_8bit(alpha)
    return Picture(to_8bit(pixels), small, icc, exif=None, xmp=None, format=kind)


def _open(data: bytes, name: str) -> tuple[Any, Format]:
    kind = format_of(data, name)
    if kind == "tiff" and _exif.is_raw(data):
        raise InvalidError(
            f"{name} is a camera raw file: develop it first, and export it as JPEG or 16-bit TIFF."
        )
    with faults_of(name):
        image = load(data, kind)
    check_size(image.width, image.height, name)
    # libpng is content once it has the last row, but what follows may hold the metadata.
    if kind == "png" and data.rfind(b"IEND\xae\x42\x60\x82") < 0:
        raise damaged(name)
    return image, kind


def _shrunk(image: Any, data: bytes, kind: Format, factor: int) -> Any:
    """The same image, decoded at 1/2, 1/4 or 1/8 of its size where the format can do that."""
    shrink = next((step for step in (8, 4, 2) if step <= factor), 1)
    if kind == "jpeg" and shrink > 1:
        return load(data, kind, shrink=shrink)
    if kind == "webp" and shrink > 1:
        return load(data, kind, scale=1 / shrink)
    return image


def _orientation(image: Any) -> int:
    value = image.get("orientation") if image.get_typeof("orientation") else 1
    return value if value in _UPRIGHT else 1


def _samples(image: Any, orientation: int) -> tuple[Samples, Samples | None]:
    """Decodes: the pixels and the alpha of a lazy RGB or RGBA image, turned upright."""
    memory = image.write_to_memory()
    width, height, bands = image.width, image.height, image.bands
    if orientation in _UPRIGHT:
        # Turned from memory: a file is read from top to bottom only.
        image = from_memory(memory, width, height, bands)
        for turn in _UPRIGHT[orientation]:
            image = getattr(image, turn)()
        memory, width, height = image.write_to_memory(), image.width, image.height
    dtype = np.uint16 if image.format == "ushort" else np.uint8
    samples: Any = np.frombuffer(memory, dtype).reshape(height, width, bands)
    if bands == 3:
        return samples, None
    return np.ascontiguousarray(samples[..., :3]), np.ascontiguousarray(samples[..., 3])
