"""From bytes to a `Source`: which reader a file gets, and whether it is let in."""

from typing import Any

from iea.formats import Format, format_of

from . import _exif
from ._heic import open_heic
from ._jpeg import prepared, scans
from ._raw import open_raw
from ._source import Source
from ._tiff import check_directories
from ._vips import blob, damaged, faults_of, load
from .limits import check_frames, check_metadata, check_pointers, check_scans, check_size

_SHRINKS = (8, 4, 2)


def open_photo(data: bytes, name: str) -> Source:
    """Reads the header, and checks against all limits what it says of any page or frame.

    InvalidError for a format that is not allowed, a limit that is passed, or a header that cannot
    be read.
    """
    kind = format_of(data, name)
    if kind == "tiff":
        check_directories(data, name)
        kind = "raw" if _exif.is_raw(data) else "tiff"
    if kind == "heic":
        source = open_heic(data, name)
    elif kind == "raw":
        source = open_raw(data, name)
    else:
        source = _open_vips(data, kind, name)
    check_size(source.width, source.height, name)
    check_metadata(name, source.icc, source.exif, source.xmp)
    return source


def _open_vips(data: bytes, kind: Format, name: str) -> Source:
    if kind == "jpeg":
        check_scans(scans(data), name)
        data = prepared(data)
    with faults_of(name):
        whole = load(data, kind)
    exif = _exif.from_tiff(data) if kind == "tiff" else blob(whole, "exif-data")
    # libvips reads EXIF again with the pixels.
    check_pointers(_exif.pointers(exif or b""), name)
    check_frames(_field(whole, "n-pages", 1), name)
    _check_whole(whole, data, kind, name)

    def image(factor: int) -> Any:
        """Decodes at 1/2, 1/4 or 1/8 of the size where the format can do that."""
        shrink = next((step for step in _SHRINKS if step <= factor), 1)
        if kind == "jpeg" and shrink > 1:
            return load(data, kind, shrink=shrink)
        if kind == "webp" and shrink > 1:
            return load(data, kind, scale=1 / shrink)
        return _full_range(whole) if kind == "avif" else whole

    return Source(
        kind,
        whole.width,
        whole.height,
        # libheif has turned an AVIF already, and what its EXIF says does not count.
        1 if kind == "avif" else _field(whole, "orientation", 1),
        icc=blob(whole, "icc-profile-data"),
        exif=exif,
        xmp=blob(whole, "xmp-data"),
        image=image,
    )


def _full_range(image: Any) -> Any:
    """Samples of 10 or 12 bits, which libvips puts on top of 16, so that white is 65,535."""
    if image.format != "ushort":
        return image
    return (image | image >> image.get("bits-per-sample")).copy(interpretation="rgb16")


def _check_whole(image: Any, data: bytes, kind: Format, name: str) -> None:
    # libpng is content once it has the last row, but what follows may hold the metadata.
    if kind == "png" and data.rfind(b"IEND\xae\x42\x60\x82") < 0:
        raise damaged(name)
    # The container may hold other codecs, of which libheif knows more than need be let in.
    if kind == "avif" and image.get("heif-compression") != "av1":
        raise damaged(name)


def _field(image: Any, field: str, default: int) -> int:
    return int(image.get(field)) if image.get_typeof(field) else default
