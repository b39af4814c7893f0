"""HEIC by libheif's binding pillow-heif: libvips's own build has no HEVC.

pillow-heif is imported where it is used: its encoder is large, and most photos are not HEIC.
"""

import io
from typing import Any

import numpy as np

from iea.errors import InvalidError

from ._source import Source
from ._vips import damaged, from_memory, with_blobs
from .limits import check_frames, check_size
from .picture import Picture, to_8bit

# Everything that pillow-heif says it raises on bad files; OSError is "out of memory".
_FAULTS = (ValueError, EOFError, SyntaxError, RuntimeError, OSError, IndexError)

# The fastest that x265 has: two seconds for 12 MP in place of eleven, files 4 % larger.
_SPEED = "ultrafast"


def open_heic(data: bytes, name: str) -> Source:
    """The primary picture. Its transformations are libheif's work, so its EXIF turns nothing."""
    import pillow_heif

    try:
        file = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
        check_frames(len(file), name)
        for frame in file:
            check_size(*frame.size, name)
        photo: Any = file[file.primary_index]
    except _FAULTS as error:
        raise damaged(name) from error
    icc, exif, xmp = (photo.info.get(key) for key in ("icc_profile", "exif", "xmp"))

    def image(_: int) -> Any:
        try:
            samples = _samples(photo)
        except _FAULTS as error:
            raise damaged(name) from error
        return with_blobs(from_memory(samples), {"icc-profile-data": icc})

    width, height = photo.size
    return Source("heic", width, height, 1, icc, exif, xmp, image)


def write_heic(picture: Picture, exif: bytes | None, quality: int) -> bytes:
    """A HEIC of 8 bits, with full colour resolution from quality 90 on, as in JPEG."""
    import pillow_heif

    planes, mode = to_8bit(picture.pixels), "RGB"
    if picture.alpha is not None:
        planes, mode = np.dstack([planes, to_8bit(picture.alpha)]), "RGBA"
    file = pillow_heif.from_bytes(mode, (picture.width, picture.height), planes.tobytes())
    out = io.BytesIO()
    try:
        file.save(
            out,
            # x265's numbers are higher for the same loss: 90 of JPEG is about 80 here.
            quality=round(quality * quality / 100),
            chroma=444 if quality >= 90 else 420,
            enc_params={"preset": _SPEED},
            icc_profile=picture.icc,
            exif=None if exif is None else b"Exif\0\0" + exif,
            xmp=picture.xmp,
        )
    except _FAULTS as error:
        raise InvalidError(
            "The picture cannot be written as HEIC: write it as .jpg or .avif."
        ) from error
    return out.getvalue()


def _samples(photo: Any) -> Any:
    """(height, width, 3 or 4) samples of 8 bits, or of 16 bits that use their whole range."""
    samples = np.asarray(photo)
    if samples.ndim == 2:
        samples = samples[..., None]
    if samples.dtype == np.uint16:
        # 10 or 12 bits lie at the top; repeated below, they make white 65,535.
        samples = samples | samples >> photo.info["bit_depth"]
    if samples.shape[2] < 3:
        samples = np.dstack([samples[..., :1]] * 3 + [samples[..., 1:]])
    if photo.premultiplied_alpha:
        samples = _unpremultiplied(samples)
    return np.ascontiguousarray(samples)


def _unpremultiplied(samples: Any) -> Any:
    full = np.iinfo(samples.dtype).max
    alpha = samples[..., 3:]
    colours = samples[..., :3] * np.float32(full) / np.maximum(alpha, 1)
    return np.dstack([np.minimum(colours + 0.5, full).astype(samples.dtype), alpha])
