"""Camera raw by LibRaw's binding rawpy: developed the plain way, with the same bits every time.

rawpy is imported where it is used: most photos are not raw.
"""

import io
import re
from typing import Any

from iea.errors import InvalidError

from . import _exif
from ._source import Source
from ._vips import damaged, from_memory
from .limits import check_size

# EXIF's orientation for each of LibRaw's: 1 mirrors, 2 flips, and 4 exchanges rows and columns.
_ORIENTATIONS = {0: 1, 1: 2, 3: 3, 2: 4, 4: 5, 6: 6, 7: 7, 5: 8}

# No automatic brightness: what a photo is made of does not depend on what else is in it. The
# curve is that of sRGB, and the picture is turned later, as those of other formats are.
_PLAIN: dict[str, Any] = {
    "use_camera_wb": True,
    "no_auto_bright": True,
    "output_bps": 16,
    "gamma": (2.4, 12.92),
    "user_flip": 0,
}

# Fujifilm's files hold a whole JPEG, EXIF and all, near their start.
_PREVIEW_EXIF = re.compile(rb"\xff\xe1(..)Exif\0\0", re.DOTALL)
_PREVIEW_REACH = 1 << 20


def open_raw(data: bytes, name: str) -> Source:
    """The sensor's picture, as 16-bit sRGB with the camera's white balance."""
    import rawpy

    # LibRaw guesses what is cut off, colours and all.
    if _exif.is_cut(data):
        raise damaged(name)
    raw = rawpy.RawPy()
    try:
        raw.open_buffer(io.BytesIO(data))
    except rawpy.LibRawFileUnsupportedError as error:
        raise InvalidError(
            f"{name} is a camera raw file of a kind that cannot be read: develop it with the "
            "camera maker's program, and export it as JPEG or 16-bit TIFF."
        ) from error
    except (rawpy.LibRawError, rawpy.NotSupportedError) as error:
        raise damaged(name) from error
    sizes = raw.sizes
    check_size(sizes.raw_width, sizes.raw_height, name)

    def image(factor: int) -> Any:
        try:
            samples = raw.postprocess(**_PLAIN, half_size=factor > 1)
        except (rawpy.LibRawError, rawpy.NotSupportedError, ValueError) as error:
            raise damaged(name) from error
        return from_memory(samples)

    return Source(
        "raw",
        sizes.width,
        sizes.height,
        _ORIENTATIONS.get(sizes.flip, 1),
        icc=None,
        exif=_metadata(data),
        xmp=_exif.xmp_of_tiff(data),
        image=image,
    )


def _metadata(data: bytes) -> bytes | None:
    if found := _PREVIEW_EXIF.search(data, 0, _PREVIEW_REACH):
        start = found.start() + 4
        return data[start : start - 2 + int.from_bytes(found[1], "big")]
    return _exif.from_tiff(data)
