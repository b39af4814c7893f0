"""Every kind of picture that the formats hold, as RGB."""

from typing import Any

import pyvips

from iea.errors import InvalidError

from ._vips import blob

_ICC = "icc-profile-data"
_DEPTHS = {"uchar": 8, "ushort": 16}
_COLOUR_BANDS = {"b-w": 1, "grey16": 1, "srgb": 3, "rgb16": 3, "cmyk": 4}


def to_rgb(image: Any, name: str) -> Any:
    """RGB or RGBA of the same depth; its profile, if it keeps one, is an RGB profile.

    RGB samples are never converted. CMYK goes through its own profile, or libvips's where it has
    none, to sRGB; grey through its grey profile, or else becomes R = G = B. InvalidError for
    samples that are not 8 or 16-bit whole numbers, and for other colour models.
    """
    colours = _COLOUR_BANDS.get(image.interpretation)
    depth = _DEPTHS.get(image.format)
    if colours is None or depth is None or image.bands - colours not in (0, 1):
        raise InvalidError(
            f"{name} stores its colours in a way that is not supported ({image.bands} channels of "
            f"{image.interpretation} as {image.format}): export it as RGB of 8 or 16 bits."
        )
    if colours == 4:
        image = _through_profile(image, depth, fallback="cmyk")
    elif colours == 1:
        image = _grey_to_rgb(image, depth)
    if _space(image) != b"RGB ":
        image = image.copy()
        image.remove(_ICC)
    return image


def _grey_to_rgb(image: Any, depth: int) -> Any:
    if _space(image) == b"GRAY":
        try:
            return _through_profile(image, depth)
        except pyvips.Error:
            pass  # An unusable profile: the grey is taken as it is, as every viewer does.
    return image[0].bandjoin([image[0], image[0], *([image[1]] if image.bands == 2 else [])])


def _through_profile(image: Any, depth: int, fallback: str | None = None) -> Any:
    options = {"input_profile": fallback} if fallback else {}
    image = image.icc_transform("srgb", embedded=True, depth=depth, **options)
    image = image.copy()
    image.remove(_ICC)
    return image


def _space(image: Any) -> bytes:
    """The colour space that the attached profile says it is for: bytes 16-20 of its header."""
    return (blob(image, _ICC) or b"")[16:20]
