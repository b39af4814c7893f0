"""Pictures made in memory, for every test that needs one.

Real photos: `photo`, `flower`. Exact pixels: `scene`, `gradient`. Files: `save` writes any Pillow
image in any format; the others are kinds of file that go wrong easily. Pillow and NumPy make them,
never `iea.image`, so they can judge it.
"""

import io
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sklearn
from PIL import Image, ImageCms, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

Pixels = npt.NDArray[Any]

PILLOW_NAMES = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "tiff": "TIFF"}

_SAMPLES = Path(sklearn.__file__).parent / "datasets" / "images"


@cache
def photo() -> bytes:
    """A JPEG of 640 x 427 pixels: a Chinese temple under a blue sky."""
    return (_SAMPLES / "china.jpg").read_bytes()


@cache
def flower() -> bytes:
    """A JPEG of 640 x 427 pixels: a red dahlia before dark green."""
    return (_SAMPLES / "flower.jpg").read_bytes()


def scene(width: int = 96, height: int = 64) -> Pixels:
    """Photo-like (height, width, 3) uint8 pixels: `photo`, made smaller."""
    with Image.open(io.BytesIO(photo())) as picture:
        return np.asarray(picture.convert("RGB").resize((width, height), Image.Resampling.BOX))


def gradient(width: int = 96, height: int = 64) -> npt.NDArray[np.uint16]:
    """(height, width, 3) uint16 pixels that use all 16 bits, different in each channel."""
    ramp = np.linspace(0, 65535, width * height).reshape(height, width)
    return np.stack([ramp, ramp[::-1], ramp[:, ::-1]], axis=-1).round().astype(np.uint16)


def save(image: Image.Image | Pixels, kind: str = "jpeg", **options: Any) -> bytes:
    """A file of `kind` (jpeg, png, webp, tiff, gif) of a Pillow image or of uint8 pixels."""
    if not isinstance(image, Image.Image):
        image = Image.fromarray(image)
    out = io.BytesIO()
    image.save(out, PILLOW_NAMES.get(kind, kind.upper()), **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """A file as Pillow reads it."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def png_interlaced(pixels: Pixels) -> bytes:
    """An interlaced PNG, which neither Pillow nor OpenCV writes: libvips does."""
    import pyvips

    return bytes(pyvips.Image.new_from_array(pixels).pngsave_buffer(interlace=True))


def png_chunk(name: bytes, content: bytes) -> bytes:
    """One chunk of a PNG, with its checksum."""
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def png_16bit(pixels: npt.NDArray[np.uint16]) -> bytes:
    """A 16-bit PNG of (height, width, channels) with 1 to 4 channels; Pillow cannot write those."""
    height, width, channels = pixels.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = pixels.astype(">u2").reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)),
            png_chunk(b"IDAT", zlib.compress(raw)),
            png_chunk(b"IEND", b""),
        ]
    )


def png_16bit_pixels(data: bytes) -> npt.NDArray[np.uint16]:
    """The samples of a 16-bit colour PNG or TIFF, read by OpenCV: RGB or RGBA."""
    import cv2

    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert found is not None
    assert found.dtype == np.uint16
    order = [2, 1, 0, 3][: found.shape[2]]
    return np.ascontiguousarray(found[..., order]).astype(np.uint16)


def bomb(kind: str, side: int = 60_000) -> bytes:
    """A file of a few bytes whose header promises `side` x `side` pixels."""
    if kind == "png":
        start = b"\x89PNG\r\n\x1a\n"
        header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        rows = png_chunk(b"IDAT", zlib.compress(bytes(1000)))
        return start + header + rows + png_chunk(b"IEND", b"")
    small = save(scene(32, 16), kind)
    if kind == "jpeg":
        at = small.index(b"\xff\xc0") + 5
        return small[:at] + struct.pack(">HH", side, side) + small[at + 4 :]
    assert kind == "tiff"
    entries = {(256, 32): side, (257, 16): side}
    for (tag, was), now in entries.items():
        for code in ("H", "I"):
            kind_of = {"H": 3, "I": 4}[code]
            old = struct.pack("<HHI" + code, tag, kind_of, 1, was)
            small = small.replace(old, struct.pack("<HHI" + code, tag, kind_of, 1, now))
    return small


def camera_exif(orientation: int = 1, *, thumbnail: bool = False) -> bytes:
    """EXIF as a camera writes it: make, model, time, exposure, maker's note, GPS."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Canon", "EOS R5", orientation
    details = exif.get_ifd(0x8769)
    details[0x829A] = IFDRational(1, 250)
    details[0x9003] = "2020:01:02 03:04:05"
    details[0x927C] = b"a maker's note that nobody can read"
    details[0xA002], details[0xA003] = 96, 64
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (IFDRational(48), IFDRational(51), IFDRational(29))
    place[3], place[4] = "E", (IFDRational(2), IFDRational(17), IFDRational(40))
    block = exif.tobytes().removeprefix(b"Exif\0\0")
    return _with_thumbnail(block) if thumbnail else block


def _with_thumbnail(block: bytes) -> bytes:
    """The same EXIF with a second directory that points to a JPEG behind it."""
    assert block[:4] == b"MM\0*"
    picture = save(scene(16, 12))
    first = struct.unpack_from(">I", block, 4)[0]
    next_at = first + 2 + 12 * struct.unpack_from(">H", block, first)[0]
    block += b"\0" * (len(block) % 2)
    second = len(block)
    picture_at = second + 2 + 2 * 12 + 4
    directory = struct.pack(">H", 2)
    directory += struct.pack(">HHII", 0x0201, 4, 1, picture_at)
    directory += struct.pack(">HHII", 0x0202, 4, 1, len(picture)) + bytes(4)
    return block[:next_at] + struct.pack(">I", second) + block[next_at + 4 :] + directory + picture


def xmp_packet(orientation: int = 1) -> bytes:
    """An XMP packet with a title and an orientation."""
    return (
        '<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop'
        f'/1.0/" photoshop:Headline="A temple" tiff:Orientation="{orientation}"/></rdf:RDF>'
        '</x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def with_metadata(kind: str, pixels: Pixels, exif: bytes, xmp: bytes | None = None) -> bytes:
    """A file of `kind` with EXIF, and XMP where it is given."""
    options: dict[str, Any] = {"exif": b"Exif\0\0" + exif}
    if kind == "tiff":
        parsed = Image.Exif()
        parsed.load(exif)
        if xmp:
            parsed[700] = xmp
        options["exif"] = parsed
    elif kind == "png" and xmp:
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        options["pnginfo"] = text
    elif xmp:
        options["xmp"] = xmp
    return save(pixels, kind, **options)


def srgb_profile() -> bytes:
    """A small sRGB profile (588 bytes or so), valid for every reader."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def wide_profile() -> bytes:
    """An RGB profile that is not sRGB: its red and green columns are exchanged."""
    profile = bytearray(srgb_profile())
    red, green = profile.index(b"rXYZ", 128), profile.index(b"gXYZ", 128)
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def grey_profile(gamma: float = 1.0) -> bytes:
    """A grey profile (version 2) with a pure power curve."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    white = b"XYZ " + bytes(4) + struct.pack(">iii", 0xF6D6, 0x10000, 0xD32D)
    text = b"desc" + bytes(4) + struct.pack(">I", 5) + b"grey\0" + bytes(78) + b"\0"
    tags = {b"desc": text, b"wtpt": white, b"kTRC": curve}
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        value += b"\0" * (-len(value) % 4)
        table += name + struct.pack(">II", at + len(body), len(value))
        body += value
    header = struct.pack(">I4sI4s4s4s", at + len(body), b"", 0x02400000, b"mntr", b"GRAY", b"XYZ ")
    header += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += struct.pack(">iii", 0xF6D6, 0x10000, 0xD32D)
    return header.ljust(128, b"\0") + table + body
