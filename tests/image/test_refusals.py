"""What is not a whole photo is refused, in one sentence that says what to do."""

import io
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from iea.errors import InvalidError
from iea.image import decode, decode_small, probe
from tests import images

JPEG = images.photo()
FILES = {
    "jpeg": JPEG,
    "progressive": images.save(images.opened(JPEG), "jpeg", progressive=True),
    "png": images.save(images.scene(), "png"),
    "interlaced": images.png_interlaced(images.scene()),
    "16-bit png": images.png_16bit(images.gradient()),
    "webp": images.save(images.scene(), "webp"),
    "lossless webp": images.save(images.scene(), "webp", lossless=True),
    "tiff": images.save(images.scene(), "tiff"),
    "lzw tiff": images.save(images.scene(), "tiff", compression="tiff_lzw"),
    "deflate tiff": images.save(images.scene(), "tiff", compression="tiff_adobe_deflate"),
    "jpeg tiff": images.save(images.scene(), "tiff", compression="jpeg"),
}


def refused(data: bytes, name: str = "holiday.jpg") -> str:
    """The one sentence that refuses these bytes."""
    with pytest.raises(InvalidError) as caught:
        decode(data, name=name)
    text = str(caught.value)
    assert text.startswith(name)
    assert text.endswith(".")
    assert "\n" not in text
    assert "vips" not in text.lower()
    assert len(text) < 250
    return text


def accepted(attempt: Callable[[bytes], Any], data: bytes) -> Any:
    """What `attempt` makes of these bytes, or None if it refuses them; nothing else may happen."""
    try:
        return attempt(data)
    except InvalidError:
        return None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"just some words, called .jpg", "some other kind of file"),
        (b"\xff\xd8", "some other kind"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a drawing"),
        (b"<?xml version='1.0'?><svg/>", "XML"),
        (images.save(images.scene(), "gif"), "a GIF"),
        (images.save(images.scene(), "bmp"), "a BMP"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "damaged or cut short"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", "a video"),
        (b"8BPS\0\x01", "Photoshop"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "some other kind"),
    ],
)
def test_other_files_are_named_and_refused(data: bytes, said: str) -> None:
    assert said in refused(data)
    with pytest.raises(InvalidError):
        probe(data)


@pytest.mark.parametrize("kind", FILES)
def test_a_file_cut_anywhere_is_refused(kind: str) -> None:
    data = FILES[kind]
    parts = (0.001, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99, 0.999)
    cuts = {max(1, int(len(data) * part)) for part in parts} | {len(data) - n for n in (1, 2, 5, 9)}
    # A TIFF may end in a few bytes that nothing points to.
    whole = images.opened(data).convert("RGB").tobytes() if "tiff" in kind else b""
    for cut in sorted(cuts):
        got = accepted(decode, data[:cut])
        assert got is None or got.pixels.tobytes() == whole, f"{cut} of {len(data)}"


@pytest.mark.parametrize("kind", ["jpeg", "progressive"])
def test_a_jpeg_cut_and_closed_with_an_end_marker_is_refused(kind: str) -> None:
    data = FILES[kind]
    for part in (0.3, 0.5, 0.8, 0.95, 0.99, 0.999):
        said = refused(data[: int(len(data) * part)] + b"\xff\xd9")
        assert said.startswith("holiday.jpg is damaged or cut short")


def test_a_jpeg_without_its_end_marker_alone_is_refused() -> None:
    refused(JPEG[:-2])


def test_a_jpeg_with_a_hole_is_refused() -> None:
    start = JPEG.index(b"\xff\xda") + 20
    for part in (0.1, 0.5, 0.9):
        at = start + int((len(JPEG) - start) * part)
        refused(JPEG[:at] + JPEG[at + 512 :])


def test_a_jpeg_with_a_lost_block_is_mostly_refused() -> None:
    """JPEG has no checksum: what decodes to the right number of samples looks whole."""
    chance = random.Random(1)
    spots = [chance.randrange(20_000, len(JPEG) - 9000) for _ in range(20)]
    for block in (bytes(4096), chance.randbytes(4096)):
        broken = (JPEG[:at] + block + JPEG[at + 4096 :] for at in spots)
        assert sum(accepted(decode, data) is None for data in broken) >= 16


def test_good_jpegs_of_every_kind_are_let_pass() -> None:
    chance = random.Random(1)
    whole = images.opened(JPEG)
    for turn in range(60):
        left, top, width, height = (chance.randrange(1, 150) for _ in range(4))
        data = images.save(
            whole.crop((left, top, left + width, top + height)),
            "jpeg",
            quality=chance.choice([5, 50, 90, 100]),
            subsampling=chance.choice([0, 1, 2]),
            optimize=chance.random() < 0.5,
            progressive=turn % 5 == 0,
            restart_marker_blocks=chance.choice([0, 1, 3]),
        )
        np.testing.assert_array_equal(decode(data).pixels, np.asarray(images.opened(data)))


@pytest.mark.parametrize("kind", ["png", "interlaced", "16-bit png", "lzw tiff", "deflate tiff"])
def test_damage_in_packed_samples_never_passes_in_png_and_is_caught_in_tiff(kind: str) -> None:
    data = FILES[kind]
    chance = random.Random(1)
    caught = 0
    for _ in range(20):
        at = chance.randrange(len(data) // 5, len(data) * 4 // 5)
        broken = data[:at] + bytes(byte ^ 0x5A for byte in data[at : at + 16]) + data[at + 16 :]
        try:
            decode(broken)
        except InvalidError:
            caught += 1
    assert caught == 20 if "tiff" not in kind else caught >= 5


@pytest.mark.parametrize("kind", FILES)
def test_random_bytes_inside_never_raise_anything_else(kind: str) -> None:
    data = FILES[kind]
    chance = random.Random(kind)
    for _ in range(30):
        broken = bytearray(data)
        for _ in range(chance.choice([1, 4, 40])):
            # Half of the hits are in the header, where they are worst.
            reach = chance.choice([600, len(data)])
            broken[chance.randrange(12, min(reach, len(data)))] = chance.randrange(256)
        for attempt in (probe, decode, lambda photo: decode_small(photo, 32)):
            accepted(attempt, bytes(broken))


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff"])
def test_a_bomb_is_refused_by_its_header(kind: str) -> None:
    data = images.bomb(kind)
    said = refused(data)
    assert "60000 × 60000" in said
    assert "200,000,000" in said
    for attempt in (probe, lambda photo: decode_small(photo, 32)):
        with pytest.raises(InvalidError, match="IEA_MAX_PIXELS"):
            attempt(data)


def test_a_side_beyond_65535_is_refused() -> None:
    data = images.save(np.zeros((1, 65_536, 3), np.uint8), "png")
    assert "65,535 on a side" in refused(data)


def test_the_limit_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IEA_MAX_PIXELS", "1000")
    assert "limit of 1,000" in refused(JPEG)
    for wrong in ("many", "-5", "0", "1e6"):
        monkeypatch.setenv("IEA_MAX_PIXELS", wrong)
        with pytest.raises(InvalidError, match=r"IEA_MAX_PIXELS is .*whole number"):
            decode(JPEG)


def test_nothing_is_written_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    for data in FILES.values():
        for part in (0.3, 0.7, 0.99):
            with pytest.raises(InvalidError):
                decode(data[: int(len(data) * part)])
    bad_profile = images.png_chunk(b"iCCP", b"x\0\0" + b"no zlib")
    png = FILES["png"]
    decode(png[:33] + bad_profile + png[33:])
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_harmless_faults_of_phones_are_let_pass() -> None:
    whole = decode(JPEG).digest()
    scan = JPEG.index(b"\xff\xda")
    end = scan + 2 + int.from_bytes(JPEG[scan + 2 : scan + 4], "big")
    for data in (
        JPEG + b"a preview behind the end" * 50,
        JPEG[:-2] + b"\0\0\0" + JPEG[-2:],
        JPEG[:20] + b"\0\0\0" + JPEG[20:],
        JPEG[:scan] + b"\1\2\3" + JPEG[scan:],
        JPEG[:scan] + b"\xff\xff" + JPEG[scan:],
        JPEG[: end - 3] + b"\0\0\0" + JPEG[end:],
        JPEG[:2] + b"\xff\xe1\0\x0dExif\0\0bad" + JPEG[2:],
    ):
        assert decode(data).digest() == whole
        assert decode_small(data, 100).width == 100


def test_unknown_tags_and_chunks_are_let_pass() -> None:
    data = images.save(images.scene(), "tiff", tiffinfo={65_000: "a scanner's own"})
    np.testing.assert_array_equal(decode(data).pixels, images.scene())
    png = images.save(images.scene(), "png")
    odd = images.png_chunk(b"teSt", b"?") + images.png_chunk(b"gAMA", bytes(4))
    np.testing.assert_array_equal(decode(png[:33] + odd + png[33:]).pixels, images.scene())


def test_bytes_may_come_from_anywhere() -> None:
    with io.BytesIO(JPEG) as stream:
        assert decode(stream.getvalue()).digest() == decode(bytes(bytearray(JPEG))).digest()
