"""Prepares a JPEG so that libvips refuses what is damaged and lets pass what is not.

Two harmless faults that some phones and webcams write into the head of every JPEG count as
warnings, like real damage: loose bytes between segments, and scan parameters that a baseline JPEG
ignores. They are mended.

One kind of damage goes unseen: libjpeg makes up for samples that are missing before the end marker
with a warning, and libvips looks for warnings before each strip of eight rows, so never after the
last. A cut file with an end marker put behind it, or one with a piece lost in the middle, can pass
that way. Without the end marker, running out of samples is an error at once. So a baseline
photo's end marker makes way for as many bytes as libjpeg reads ahead.
"""

import re

_SCAN, _END = 0xDA, 0xD9
_BASELINE = (0xC0, 0xC1)
_PROGRESSIVE = re.compile(rb"\xff\xc2\x00.\x08", re.DOTALL)
_ALL_COEFFICIENTS = b"\x00\x3f\x00"
_READ_AHEAD = bytes(8)

# In the samples, 0xFF is followed by 0 (it is a sample), by a restart marker, or by more 0xFF.
_MARKER_AFTER_SAMPLES = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def prepared(data: bytes) -> bytes:
    """The same picture for libvips; `data` itself where its head cannot be followed."""
    kept = [data[:2]]
    at = start = 2
    components = 0
    while (segment := data.find(b"\xff", at)) >= 0 and segment + 4 <= len(data):
        if segment > at:
            kept.append(data[start:at])
            start = segment
        marker = data[segment + 1]
        if marker in (0x00, 0xFF):  # No segment: a stuffed byte, or one of several fill bytes.
            at = segment + 1
            continue
        at = segment + 2 + int.from_bytes(data[segment + 2 : segment + 4], "big")
        if marker in _BASELINE and segment + 9 < len(data):
            components = data[segment + 9]
        if marker == _SCAN:
            if components and at < len(data):
                kept += [data[start : at - 3], _ALL_COEFFICIENTS]
                # A scan for each component is read as a whole first, and its warnings are seen.
                single = data[segment + 4] == components
                kept += _samples(data, at) if single else [data[at:]]
                return b"".join(kept)
            break
    return b"".join([*kept, data[start:]])


def scans(data: bytes) -> int:
    """How many passes a progressive JPEG takes, at most; 1 for any other."""
    return data.count(b"\xff\xda") if _PROGRESSIVE.search(data) else 1


def _samples(data: bytes, start: int) -> list[bytes]:
    marker = _MARKER_AFTER_SAMPLES.search(data, start)
    if marker is None or data[marker.start() + 1] != _END:
        return [data[start:]]
    return [data[start : marker.start()], _READ_AHEAD]
