"""What every format's reader gives: a header that was read, and pixels that are not yet."""

from collections.abc import Callable
from typing import Any, NamedTuple

from iea.formats import Format


class Source(NamedTuple):
    """A photo of which the header is read.

    `width` and `height` are those of the stored picture, before `orientation` (as in EXIF, 1-8)
    turns it upright; it is 1 where the format has turned it already. `icc`, `exif` and `xmp` are as
    found.
    `image(n)` gives a libvips image with the colour profile attached, at any size between 1/n of
    the stored one and all of it; it may raise pyvips.Error, and so may reading its pixels.
    """

    format: Format
    width: int
    height: int
    orientation: int
    icc: bytes | None
    exif: bytes | None
    xmp: bytes | None
    image: Callable[[int], Any]
