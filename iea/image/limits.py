"""How large a photo may be: checked from its header, before any memory is taken for its pixels."""

import os

from iea.errors import InvalidError

MAX_SIDE = 65_535
"""Pixels on one side: what the JPEG format can hold."""

MAX_PIXELS = 200_000_000
"""Width times height, unless the environment variable IEA_MAX_PIXELS sets another limit.

200 million is the largest sensor in a phone; 8-bit RGB of it takes 600 MB.
"""


def max_pixels() -> int:
    """The limit in force: IEA_MAX_PIXELS or `MAX_PIXELS`. InvalidError if it is no whole number."""
    text = os.environ.get("IEA_MAX_PIXELS", "")
    if not text:
        return MAX_PIXELS
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise InvalidError(
            f"IEA_MAX_PIXELS is {text!r}: set it to a whole number of pixels, such as {MAX_PIXELS}."
        )
    return int(text)


def check_size(width: int, height: int, name: str) -> None:
    """InvalidError if a picture of `width` x `height` pixels is beyond a limit."""
    limit = max_pixels()
    if width * height > limit:
        raise InvalidError(
            f"{name} has {width} × {height} pixels, more than the limit of {limit:,}: "
            "make it smaller, or raise IEA_MAX_PIXELS."
        )
    if max(width, height) > MAX_SIDE:
        raise InvalidError(
            f"{name} has {width} × {height} pixels, more than {MAX_SIDE:,} on a side: "
            "make it smaller or cut it in parts."
        )
