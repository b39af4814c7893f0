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

PILLOW_NAMES = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "tiff": "TIFF", "avif": "AVIF"}

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
    """A jpeg, png, webp, tiff, avif, heic or gif of a Pillow image or of uint8 pixels."""
    if kind == "heic":
        return heic(np.asarray(image), **options)
    if kind == "avif":
        # With fewer colour samples, each decoder makes up the others in its own way.
        options = {"subsampling": "4:4:4"} | options
    if not isinstance(image, Image.Image):
        image = Image.fromarray(image)
    out = io.BytesIO()
    image.save(out, PILLOW_NAMES.get(kind, kind.upper()), **options)
    return out.getvalue()


def heic(pixels: Pixels, *, bits: int = 8, **options: Any) -> bytes:
    """A HEIC of 8-bit or 16-bit (height, width, 3 or 4) pixels, the latter cut to 10 or 12 bits."""
    import pillow_heif

    mode = "RGB" if pixels.shape[2] == 3 else "RGBA"
    height, width = pixels.shape[:2]
    deep = ";16" if pixels.dtype == np.uint16 else ""
    file = pillow_heif.from_bytes(mode + deep, (width, height), pixels.tobytes())
    out = io.BytesIO()
    file.save(out, **({"bit_depth": bits} if deep else {}), **options)
    return out.getvalue()


def avif_deep(pixels: npt.NDArray[np.uint16], bits: int) -> bytes:
    """An AVIF of 10 or 12 bits, which Pillow does not write: libvips does."""
    import pyvips

    image = pyvips.Image.new_from_array(pixels).copy(interpretation="rgb16")
    return bytes(image.heifsave_buffer(compression="av1", bitdepth=bits, Q=100))


# What a camera sees where linear sRGB has equal parts: its green is the most sensitive.
CAMERA_NEUTRAL = (0.5, 1.0, 0.8)


def dng(
    linear: npt.NDArray[np.floating[Any]],
    *,
    orientation: int = 1,
    xmp: bytes = b"",
) -> bytes:
    """An uncompressed Bayer DNG of linear sRGB (height, width, 3) in 0..1, both sides even.

    The camera's colours are those of linear sRGB, times `CAMERA_NEUTRAL`.
    """
    seen = linear * CAMERA_NEUTRAL
    mosaic = seen[..., 1].copy()
    mosaic[::2, ::2], mosaic[1::2, 1::2] = seen[::2, ::2, 0], seen[1::2, 1::2, 2]
    height, width = mosaic.shape
    samples = (mosaic * 65535).round().astype("<u2").tobytes()
    xyz_to_srgb = (32405, -15371, -4985, -9693, 18760, 416, 556, -2040, 10572)
    matrix = b"".join(struct.pack("<ii", part, 10_000) for part in xyz_to_srgb)
    neutral = b"".join(struct.pack("<II", round(part * 1000), 1000) for part in CAMERA_NEUTRAL)
    short, long = (lambda *v: struct.pack(f"<{len(v)}H", *v)), (lambda *v: struct.pack("<I", *v))
    fields = {
        254: (4, long(0)),
        256: (4, long(width)),
        257: (4, long(height)),
        258: (3, short(16)),
        259: (3, short(1)),
        262: (3, short(32803)),
        271: (2, b"Maker\0"),
        272: (2, b"Raw One\0"),
        273: (4, long(0)),
        274: (3, short(orientation)),
        277: (3, short(1)),
        278: (4, long(height)),
        279: (4, long(len(samples))),
        284: (3, short(1)),
        33421: (3, short(2, 2)),
        33422: (1, bytes([0, 1, 1, 2])),
        50706: (1, bytes([1, 4, 0, 0])),
        50707: (1, bytes([1, 1, 0, 0])),
        50708: (2, b"Maker Raw One\0"),
        50714: (3, short(0)),
        50717: (4, long(65535)),
        50721: (10, matrix),
        50728: (5, neutral),
        50778: (3, short(21)),
    }
    if xmp:
        fields[700] = (1, xmp)
    details = _ifd({33434: (5, struct.pack("<II", 1, 250))}, 8)
    fields[34665] = (4, long(8))
    at = 8 + len(details)
    fields[273] = (4, long(at + len(_ifd(fields, at))))
    return b"II*\0" + long(at) + details + _ifd(fields, at) + samples


def _ifd(fields: dict[int, tuple[int, bytes]], at: int) -> bytes:
    """A little-endian TIFF directory that will stand at `at`, its values behind it."""
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 10: 8}
    head, values = struct.pack("<H", len(fields)), b""
    values_at = at + 6 + 12 * len(fields)
    for tag, (kind, value) in sorted(fields.items()):
        head += struct.pack("<HHI", tag, kind, len(value) // sizes[kind])
        if len(value) > 4:
            head += struct.pack("<I", values_at + len(values))
            values += value + b"\0" * (len(value) % 2)
        else:
            head += value.ljust(4, b"\0")
    return head + bytes(4) + values


def tiff_pages(*pages: dict[int, tuple[int, bytes]], loop: bool = False) -> bytes:
    """A little-endian TIFF of directories alone; with `loop` the last one points to the first."""
    data, at = b"", 8
    for number, page in enumerate(pages, 1):
        directory = bytearray(_ifd(page, at))
        next_at = 2 + 12 * len(page)
        last = number == len(pages)
        behind = (8 if loop else 0) if last else at + len(directory)
        directory[next_at : next_at + 4] = struct.pack("<I", behind)
        data += directory
        at += len(directory)
    return b"II*\0\x08\0\0\0" + data


def opened(data: bytes) -> Image.Image:
    """A file as Pillow reads it, with pillow-heif where it is a HEIC."""
    if data[8:12] in (b"heic", b"heix"):
        import pillow_heif

        return pillow_heif.open_heif(io.BytesIO(data)).to_pillow()
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
    return _xmp(orientation, "")


def xmp_with_gps() -> bytes:
    """`xmp_packet` with GPS properties: an attribute, an element, and one under its own prefix."""
    return _xmp(
        1,
        ' xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48,51.5N"',
        "<exif:GPSLongitude>2,17.7E</exif:GPSLongitude><e:GPSAltitude "
        "xmlns:e='http://ns.adobe.com/exif/1.0/'>33/1</e:GPSAltitude>"
        "<exif:GPSVersionID rdf:parseType='Literal'/>",
    )


def _xmp(orientation: int, attributes: str, elements: str = "") -> bytes:
    return (
        '<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop'
        f'/1.0/" photoshop:Headline="A temple" tiff:Orientation="{orientation}"{attributes}>'
        f"{elements}</rdf:Description></rdf:RDF>"
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


@cache
def srgb_profile() -> bytes:
    """A small sRGB profile (588 bytes or so), valid for every reader; it holds the time of day."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def display_p3() -> bytes:
    """The profile of Display P3: sRGB's curve and white with wider primaries."""
    profile = bytearray(srgb_profile())
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    for tag, xyz in primaries.items():
        at = struct.unpack_from(">I", profile, profile.index(tag, 128) + 4)[0]
        struct.pack_into(">iii", profile, at + 8, *(round(part * 65536) for part in xyz))
    return bytes(profile)


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
