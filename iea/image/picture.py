"""What decoding gives and encoding takes."""

import hashlib
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from iea.formats import Format

Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Info:
    """What a photo's header says; `width` and `height` are those of the upright picture."""

    format: Format
    width: int
    height: int


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded photo, upright.

    `pixels` is (height, width, 3) uint8 or uint16, RGB in the colour space of `icc` (sRGB where
    that is None), C-contiguous. `alpha` is (height, width) of the same type, not premultiplied, or
    None for an opaque photo. `exif` starts with its byte order mark (no `Exif\\0\\0` before it) and
    holds orientation 1 and no thumbnail; `xmp` is the packet. ValueError for arrays that do not
    fit together.
    """

    pixels: Samples
    alpha: Samples | None
    icc: bytes | None
    exif: bytes | None
    xmp: bytes | None
    format: Format

    def __post_init__(self) -> None:
        """Refuses arrays that do not fit together."""
        pixels, alpha = self.pixels, self.alpha
        if pixels.dtype not in (np.uint8, np.uint16) or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise ValueError(f"pixels are (height, width, 3) of 8 or 16 bits, not {pixels.shape}")
        if not pixels.flags.c_contiguous:
            raise ValueError("pixels lie row by row in memory: use numpy.ascontiguousarray")
        if alpha is not None and (alpha.shape != pixels.shape[:2] or alpha.dtype != pixels.dtype):
            raise ValueError("alpha has the height, width and type of the pixels")

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])

    def with_pixels(self, pixels: Samples, alpha: Samples | None = None) -> "Picture":
        """The same photo with other pixels; a new shape of a photo with alpha needs its alpha."""
        return replace(self, pixels=pixels, alpha=self.alpha if alpha is None else alpha)

    def digest(self) -> str:
        """SHA-256 in hex of the pixels as interleaved 8-bit RGB, rows from top to bottom."""
        return hashlib.sha256(to_8bit(self.pixels).data).hexdigest()


def to_8bit(samples: Samples) -> npt.NDArray[np.uint8]:
    """Samples of 8 bits: uint16 as (v + 128) // 257, uint8 as they are (the same array)."""
    if samples.dtype == np.uint8:
        return samples.view(np.uint8)
    # The same number without leaving 16 bits, several times faster than dividing. v / 257 is
    # nearly (v - v / 256) / 256, and exactly so with both quotients rounded.
    wide = samples.view(np.uint16)
    rounded = wide >> 1
    rounded += 64
    rounded >>= 7
    np.subtract(wide, rounded, out=rounded)
    rounded += 128
    rounded >>= 8
    return rounded.astype(np.uint8)


class Decoder(Protocol):
    """What decodes: `iea.image` itself, or an `iea.image.sandbox.Sandbox`."""

    def decode(self, data: bytes, *, name: str = ...) -> Picture:
        """See `iea.image.decode`."""

    def decode_small(self, data: bytes, size: int, *, name: str = ...) -> Picture:
        """See `iea.image.decode_small`."""

    def probe(self, data: bytes, *, name: str = ...) -> Info:
        """See `iea.image.probe`."""
