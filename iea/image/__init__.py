"""Photos in and out: files to pixels and back, with their colour profile and metadata.

libvips does most decoding and encoding, libheif HEIC, and LibRaw camera raw; this package decides
what is let in, how large it may be (`limits`), and what every fault is called. Everything here may
be called from several threads at once. `sandbox` decodes in processes apart.
"""

from ._decode import decode, decode_rows, decode_small, probe
from ._encode import JpegStrips, encode
from .limits import MAX_PIXELS, MAX_SIDE
from .picture import Decoder, Info, Picture, to_8bit

__all__ = [
    "MAX_PIXELS",
    "MAX_SIDE",
    "Decoder",
    "Info",
    "JpegStrips",
    "Picture",
    "decode",
    "decode_rows",
    "decode_small",
    "encode",
    "probe",
    "to_8bit",
]
