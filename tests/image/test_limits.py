"""Every limit has a number, and what is beyond it is refused before it costs anything."""

import struct

import pytest

from iea.errors import InvalidError
from iea.image import decode, limits, probe
from tests import images


def refused(data: bytes) -> str:
    with pytest.raises(InvalidError) as caught:
        probe(data)
    with pytest.raises(InvalidError):
        decode(data)
    return str(caught.value)


def page(width: int, height: int, **more: tuple[int, bytes]) -> dict[int, tuple[int, bytes]]:
    sides = {256: (4, struct.pack("<I", width)), 257: (4, struct.pack("<I", height))}
    return sides | {int(tag.removeprefix("tag")): value for tag, value in more.items()}


def test_a_giant_second_page_is_refused() -> None:
    assert "60000 × 60000" in refused(images.tiff_pages(page(16, 16), page(60_000, 60_000)))
    assert "65,535 on a side" in refused(images.tiff_pages(page(16, 16), page(1, 65_536)))


def test_a_giant_page_below_a_page_is_refused() -> None:
    below = images.tiff_pages(page(16, 16, tag330=(4, bytes(4))), page(60_000, 60_000))
    second = below.rindex(struct.pack("<I", 60_000)) - 2 - 12 - 8
    small = images.tiff_pages(page(16, 16, tag330=(4, struct.pack("<I", second))), page(16, 16))
    assert "60000 × 60000" in refused(small[: -len(below) + second] + below[second:])


def test_giant_tiles_are_refused() -> None:
    side = (4, struct.pack("<I", 60_000))
    assert "60000 × 60000" in refused(images.tiff_pages(page(16, 16, tag322=side, tag323=side)))


def test_too_many_pages_and_loops_of_pages_are_refused() -> None:
    assert "1,000 pages" in refused(images.tiff_pages(*([page(16, 16)] * 1001)))
    assert "1,000 pages" in refused(images.tiff_pages(page(16, 16), page(8, 8), loop=True))
    itself = page(16, 16, tag330=(4, struct.pack("<I", 8)))
    assert "1,000 pages" in refused(images.tiff_pages(itself))


def test_a_tiff_of_a_thousand_pages_is_let_in() -> None:
    first = images.Image.fromarray(images.scene(8, 8))
    data = images.save(first, "tiff", save_all=True, append_images=[first] * 999)
    assert probe(data).width == 8


def test_too_many_entries_are_refused() -> None:
    directory = struct.pack("<H", 60_000) + bytes(12 * 60_000)
    second = struct.pack("<I", 8 + len(directory) + 4)
    assert "100,000 entries" in refused(
        b"II*\0\x08\0\0\0" + directory + second + directory + bytes(4)
    )


def test_an_animation_of_too_many_frames_is_refused() -> None:
    first = images.Image.fromarray(images.scene(8, 8))
    data = images.save(first, "webp", save_all=True, append_images=[first.rotate(90)])
    body = data[12:] + data[data.rindex(b"ANMF") :] * 1000
    data = b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
    assert "1,000 pages or frames" in refused(data)


def test_a_canvas_larger_than_its_frames_counts() -> None:
    data = images.save(images.scene(16, 16), "webp", exif=b"Exif\0\0" + images.camera_exif())
    at = data.index(b"VP8X") + 12
    refused(data[:at] + b"\xff\xff\xff\xff\xff\xff" + data[at + 6 :])


def test_a_progressive_jpeg_of_too_many_scans_is_refused() -> None:
    data = images.save(images.scene(), "jpeg", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert "5,0" in refused(data[:-2] + data[last:-2] * 5000 + data[-2:])


@pytest.mark.parametrize("what", limits.MAX_METADATA)
def test_metadata_beyond_its_limit_is_refused(what: str) -> None:
    size = limits.MAX_METADATA[what]
    option = {
        "colour profile": {"icc_profile": images.srgb_profile().ljust(size + 1, b"\0")},
        "EXIF": {"exif": images.camera_exif().ljust(size + 1, b"\0")},
        "XMP": {"xmp": images.xmp_packet().ljust(size + 1)},
    }[what]
    assert f"bytes of {what}, more than the limit" in refused(
        images.save(images.scene(), "webp", **option)
    )


@pytest.mark.parametrize("what", limits.MAX_METADATA)
def test_the_check_of_metadata_names_what_is_too_large(what: str) -> None:
    sizes = [(size if name == what else 10) for name, size in limits.MAX_METADATA.items()]
    limits.check_metadata("a.png", *(bytes(size) for size in sizes))
    with pytest.raises(InvalidError, match=rf"a\.png carries .* bytes of {what}, more than"):
        limits.check_metadata("a.png", *(bytes(size + 1 if size > 10 else 1) for size in sizes))


def test_exif_that_points_to_itself_is_refused() -> None:
    itself = struct.pack("<HHII", 0x8769, 4, 1, 8)
    exif = b"II*\0\x08\0\0\0" + struct.pack("<H", 1000) + itself * 1000 + bytes(4)
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif
    data = images.photo()
    assert "points to itself" in refused(data[:2] + segment + data[2:])


def test_a_raw_file_of_a_giant_sensor_is_refused() -> None:
    data = images.dng(images.scene(32, 24) / 255)
    at = data.index(struct.pack("<HHII", 256, 4, 1, 32)) + 8
    broken = data[:at] + struct.pack("<I", 60_000) + data[at + 4 :]
    at = broken.index(struct.pack("<HHII", 257, 4, 1, 24)) + 8
    assert "60000 × 60000" in refused(broken[:at] + struct.pack("<I", 60_000) + broken[at + 4 :])
