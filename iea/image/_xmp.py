"""XMP: an XML packet that is kept as it came, but for what must change in it.

It is never parsed, so nothing in it is ever expanded: the few properties that matter are found as
text, in both ways of writing them, as an attribute and as an element.
"""

import re

_ORIENTATION = re.compile(rb"""(tiff:Orientation\s*(?:=\s*["']|>)\s*)[2-8]""")

# XMP needs neither; a reader behind us would expand them, a billion laughs if they nest.
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")

# GPS properties are looked for under any prefix: a file may choose its own for the namespace.
_GPS = re.compile(
    rb"""
      \s(?:[\w.-]+:)?GPS\w*\s*=\s*(?:"[^"]*"|'[^']*')
    | <((?:[\w.-]+:)?GPS\w*)(?:\s[^<>]*)?(?:/>|>[^<]*</\1\s*>)
    """,
    re.VERBOSE,
)
_GPS_LEFT = re.compile(rb"<(?:[\w.-]+:)?GPS")


def upright(xmp: bytes) -> bytes | None:
    """The same packet saying that the picture is upright; None where it declares entities."""
    if any(mark in xmp for mark in _DECLARATIONS):
        return None
    return _ORIENTATION.sub(rb"\g<1>1", xmp)


def without_gps(xmp: bytes) -> bytes | None:
    """The same packet without GPS properties; None where they cannot be cut out as text.

    That is a packet in UTF-16, and one that hangs more than text on such a property.
    """
    if b"\0" in xmp:
        return None
    left = _GPS.sub(b"", xmp)
    return None if _GPS_LEFT.search(left) else left
