"""AVIF, HEIC and camera raw: the same promises as those of the older formats."""

import numpy as np
import pytest
from PIL import Image

from iea.errors import InvalidError
from iea.image import Info, Picture, decode, decode_small, encode, probe
from tests import images

MODERN = ["avif", "heic"]


def picture(pixels: np.ndarray, alpha: np.ndarray | None = None) -> Picture:
    return Picture(pixels, alpha, icc=None, exif=None, xmp=None, format="png")


def linear(width: int = 96, height: int = 64) -> np.ndarray:
    encoded = images.scene(width, height) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def error(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.abs(found.astype(float) - expected).mean())


@pytest.mark.parametrize("kind", MODERN)
def test_pixels_are_those_that_another_program_reads(kind: str) -> None:
    data = images.save(images.scene(), kind, quality=95)
    found = decode(data)
    assert (found.format, found.pixels.dtype) == (kind, np.uint8)
    assert probe(data) == Info(kind, 96, 64)
    assert error(found.pixels, np.asarray(images.opened(data))) < 0.5
    assert error(found.pixels, images.scene()) < 5


@pytest.mark.parametrize("bits", [10, 12])
@pytest.mark.parametrize("kind", MODERN)
def test_10_and_12_bits_become_16_of_the_whole_range(kind: str, bits: int) -> None:
    pixels = images.gradient()
    if kind == "avif":
        data = images.avif_deep(pixels, bits)
    else:
        data = images.heic(pixels, bits=bits, quality=-1, chroma=444, matrix_coefficients=0)
    found = decode(data).pixels
    assert found.dtype == np.uint16
    assert (found.min(), found.max()) == (0, 65535)
    assert np.abs(found.astype(int) - pixels).max() < 2 * 65536 >> bits


@pytest.mark.parametrize("kind", MODERN)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_applied_once(kind: str, orientation: int) -> None:
    """Both encoders write it twice: as what libheif turns by, and in EXIF."""
    exif = images.camera_exif(orientation)
    stored = Image.fromarray(images.scene())
    data = images.with_metadata(kind, np.asarray(stored), exif)
    as_jpeg = decode(images.with_metadata("jpeg", np.asarray(stored), exif))
    found = decode(data)
    assert error(found.pixels, as_jpeg.pixels) < 12
    assert probe(data) == Info(kind, as_jpeg.width, as_jpeg.height)
    assert found.exif is not None
    again = decode(encode(found, ".jpg"))
    assert (again.width, again.height) == (as_jpeg.width, as_jpeg.height)


@pytest.mark.parametrize("kind", MODERN)
def test_exif_alone_turns_nothing(kind: str) -> None:
    """HEIF says that its own turning is the one that counts."""
    shown = Picture(images.scene(), None, None, images.camera_exif(1), None, "png")
    data = encode(shown, ".avif" if kind == "avif" else ".heic")
    turned = data.replace(images.camera_exif(1), images.camera_exif(6))
    assert turned != data
    assert probe(turned) == probe(data) == Info(kind, 96, 64)
    np.testing.assert_array_equal(decode(turned).pixels, decode(data).pixels)
    assert decode(turned).exif == images.camera_exif(1)


@pytest.mark.parametrize("suffix", [".avif", ".heic", ".heif"])
def test_alpha_and_pixels_survive_writing(suffix: str) -> None:
    alpha = np.tile(np.linspace(0, 255, 96).astype(np.uint8), (64, 1))
    shown = picture(images.scene(), alpha)
    found = decode(encode(shown, suffix, quality=95))
    assert found.alpha is not None
    assert error(found.alpha, alpha) < 3
    assert error(found.pixels[:, 48:], images.scene()[:, 48:]) < 4
    opaque = decode(encode(picture(images.scene()), suffix))
    assert opaque.alpha is None
    deep = encode(picture(np.minimum(images.scene(), 254).astype(np.uint16) * 257), suffix)
    assert decode(deep).pixels.dtype == np.uint8


@pytest.mark.parametrize("suffix", [".avif", ".heic"])
def test_a_higher_quality_is_closer_and_larger(suffix: str) -> None:
    photo = decode(images.photo())
    files = [encode(photo, suffix, quality=quality) for quality in (1, 50, 80, 95)]
    sizes = [len(data) for data in files]
    assert sizes == sorted(sizes)
    errors = [error(decode(data).pixels, photo.pixels) for data in files]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 2


@pytest.mark.parametrize("sides", [(1, 1), (1, 7), (65, 33)])
@pytest.mark.parametrize("suffix", [".avif", ".heic"])
def test_odd_sides_can_be_written(suffix: str, sides: tuple[int, int]) -> None:
    height, width = sides
    found = decode(encode(picture(np.full((height, width, 3), 99, np.uint8)), suffix))
    assert (found.height, found.width) == sides
    assert error(found.pixels, np.full(3, 99)) < 3


def test_exif_is_kept_byte_for_byte_in_avif_and_heic() -> None:
    shown = Picture(images.scene(), None, None, images.camera_exif(), None, "jpeg")
    for suffix in (".avif", ".heic"):
        assert decode(encode(shown, suffix)).exif == images.camera_exif()


@pytest.mark.parametrize("kind", [*MODERN, "raw"])
@pytest.mark.parametrize("size", [1, 40, 96, 500])
def test_a_small_copy_fits_and_looks_like_the_photo(kind: str, size: int) -> None:
    data = images.dng(linear()) if kind == "raw" else images.save(images.scene(), kind)
    small = decode_small(data, size)
    longer = min(size, 96)
    assert small.pixels.shape[:2] == (max(1, round(64 * longer / 96)), longer)
    assert small.pixels.dtype == np.uint8
    judge = Image.fromarray(images.scene()).resize(
        (small.width, small.height), Image.Resampling.BOX
    )
    assert error(small.pixels, np.asarray(judge)) < 9


def test_an_animated_avif_gives_its_first_frame() -> None:
    first = Image.fromarray(images.scene())
    data = images.save(first, "avif", save_all=True, append_images=[Image.new("RGB", (96, 64))])
    assert error(decode(data).pixels, images.scene()) < 6


def test_raw_is_developed_as_16_bit_srgb_with_the_cameras_white_balance() -> None:
    data = images.dng(linear(192, 128))
    found = decode(data)
    assert (found.format, found.pixels.dtype, found.icc) == ("raw", np.uint16, None)
    assert probe(data) == Info("raw", 192, 128)
    developed = found.pixels / 257
    assert error(developed, images.scene(192, 128)) < 6
    np.testing.assert_allclose(
        developed.mean((0, 1)), images.scene(192, 128).mean((0, 1)), atol=1.5
    )
    assert decode(data).digest() == found.digest()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_raw_is_turned_once(orientation: int) -> None:
    found = decode(images.dng(linear(), orientation=orientation))
    as_jpeg = decode(images.with_metadata("jpeg", images.scene(), images.camera_exif(orientation)))
    assert found.pixels.shape == as_jpeg.pixels.shape
    assert error(found.pixels / 257, as_jpeg.pixels) < 12
    written = decode(encode(found, ".tif"))
    assert written.pixels.shape == found.pixels.shape


def test_raw_keeps_its_exif_and_xmp() -> None:
    found = decode(images.dng(linear(), orientation=6, xmp=images.xmp_packet(6)))
    assert found.xmp == images.xmp_packet(1)
    exif = images.opened(encode(found, ".jpg")).getexif()
    assert (exif[0x010F], exif[0x0110], exif.get(0x0112, 1)) == ("Maker", "Raw One", 1)
    assert exif.get_ifd(0x8769)[0x829A] == pytest.approx(1 / 250)


def test_raw_cut_anywhere_is_refused() -> None:
    data = images.dng(linear())
    for part in (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.9999):
        with pytest.raises(InvalidError, match="damaged or cut short"):
            decode(data[: int(len(data) * part)])


def test_a_raw_file_that_libraw_does_not_know_is_not_taken_for_its_thumbnail() -> None:
    for tags in ({50706: bytes([1, 4, 0, 0])}, {254: 1}):
        data = images.save(images.scene(), "tiff", tiffinfo=tags)
        with pytest.raises(InvalidError, match="raw file of a kind that cannot be read"):
            decode(data)


def test_raw_is_never_written() -> None:
    for suffix in (".dng", ".nef", ".cr2"):
        with pytest.raises(InvalidError, match="names no picture format"):
            encode(picture(images.scene()), suffix)


@pytest.mark.parametrize("kind", MODERN)
def test_a_file_cut_anywhere_is_refused(kind: str) -> None:
    data = images.save(images.scene(), kind)
    for part in (0.01, 0.1, 0.3, 0.6, 0.9, 0.99):
        with pytest.raises(InvalidError, match="damaged or cut short"):
            decode(data[: int(len(data) * part)])


def test_a_picture_that_the_encoder_cannot_take_is_refused_with_another() -> None:
    """x265 wants more rows in so wide a picture."""
    with pytest.raises(InvalidError, match=r"as HEIC: write it as \.jpg"):
        encode(picture(np.zeros((8, 8192, 3), np.uint8)), ".heic")
