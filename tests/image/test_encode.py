"""Encoding: what is written is what other programs read."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from iea.errors import InvalidError
from iea.image import Picture, decode, encode
from tests import images

SUFFIXES = [".jpg", ".png", ".webp", ".tif", ".avif", ".heic"]


def picture(pixels: np.ndarray, alpha: np.ndarray | None = None, **kept: bytes) -> Picture:
    given = {"icc": None, "exif": None, "xmp": None} | kept
    return Picture(pixels, alpha, format="png", **given)


def ramp() -> np.ndarray:
    return np.arange(96 * 64).reshape(64, 96).astype(np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".PNG"])
def test_png_and_tiff_lose_nothing(suffix: str) -> None:
    data = encode(picture(images.scene(), ramp()), suffix)
    np.testing.assert_array_equal(
        np.asarray(images.opened(data)), np.dstack([images.scene(), ramp()])
    )
    opaque = encode(picture(images.scene()), suffix)
    np.testing.assert_array_equal(np.asarray(images.opened(opaque)), images.scene())


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_png_and_tiff_keep_16_bits(suffix: str) -> None:
    data = encode(picture(images.gradient()), suffix)
    np.testing.assert_array_equal(images.png_16bit_pixels(data), images.gradient())
    alpha = images.gradient()[..., 2].copy()
    again = decode(encode(picture(images.gradient(), alpha), suffix))
    np.testing.assert_array_equal(again.pixels, images.gradient())
    np.testing.assert_array_equal(again.alpha, alpha)


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_16_bits_are_rounded_where_a_format_has_8(suffix: str) -> None:
    deep = np.minimum(images.scene(), 254).astype(np.uint16) * 257
    eight = encode(picture((deep // 257).astype(np.uint8)), suffix)
    assert encode(picture(deep + 100), suffix) == eight


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_formats_stay_close_and_heed_the_quality(suffix: str) -> None:
    photo = picture(np.asarray(images.opened(images.photo())))
    files = {quality: encode(photo, suffix, quality=quality) for quality in (1, 50, 90, 100)}
    sizes = [len(data) for data in files.values()]
    assert sizes == sorted(sizes)
    errors = {
        quality: np.abs(np.asarray(images.opened(data), int) - photo.pixels).mean()
        for quality, data in files.items()
    }
    assert errors[90] < 3.5
    assert errors[100] < errors[90] < errors[50] < errors[1]


def test_fine_colour_is_kept_from_quality_90_on() -> None:
    for quality, fraction in ((100, 1), (90, 1), (89, 2), (50, 2)):
        written = images.opened(encode(picture(images.scene()), ".jpg", quality=quality))
        assert written.layer[0][1:3] == (fraction, fraction)


def test_alpha_lies_over_white_in_a_jpeg_and_stays_in_webp() -> None:
    shown = picture(images.scene(), ramp())
    sheet = Image.new("RGBA", (96, 64), "white")
    sheet.alpha_composite(Image.fromarray(np.dstack([images.scene(), ramp()])))
    expected = images.opened(images.save(sheet.convert("RGB"), "jpeg", quality=100, subsampling=0))
    got = np.asarray(images.opened(encode(shown, ".jpg", quality=100)), int)
    assert np.abs(got - np.asarray(expected)).mean() < 1
    webp = np.asarray(images.opened(encode(shown, ".webp")))
    np.testing.assert_array_equal(webp[..., 3], ramp())
    deep = picture(images.gradient(), images.gradient()[..., 0].copy())
    assert images.opened(encode(deep, ".jpg")).mode == "RGB"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_picture_gives_the_same_bytes_in_every_thread(suffix: str) -> None:
    shown = picture(
        images.scene(),
        exif=images.camera_exif(),
        icc=images.srgb_profile(),
        xmp=images.xmp_packet(),
    )
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: encode(shown, suffix), range(12)))) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_one_pixel_can_be_written(suffix: str) -> None:
    assert images.opened(encode(picture(np.zeros((1, 1, 3), np.uint8)), suffix)).size == (1, 1)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("lone", [True, False])
def test_webp_with_exif_is_one_that_other_programs_read(alpha: bool, lone: bool) -> None:
    kept = {"exif": images.camera_exif()} | ({} if lone else {"icc": images.srgb_profile()})
    data = encode(
        picture(images.scene(95, 63), ramp()[:63, :95] if alpha else None, **kept), ".webp"
    )
    read = images.opened(data)
    assert read.mode == ("RGBA" if alpha else "RGB")
    assert read.size == (95, 63)
    assert read.getexif()[0x010F] == "Canon"
    assert ("icc_profile" in read.info) is not lone


@pytest.mark.parametrize(("suffix", "side"), [(".webp", 16_384), (".jpg", 65_536)])
def test_a_format_that_is_too_small_is_refused_with_another(suffix: str, side: int) -> None:
    with pytest.raises(InvalidError, match=rf"{side} × 1 pixels .* write it as \.png or \.tif"):
        encode(picture(np.zeros((1, side, 3), np.uint8)), suffix)


@pytest.mark.parametrize("quality", [0, 101, -1])
def test_a_quality_out_of_range_is_refused(quality: int) -> None:
    with pytest.raises(InvalidError, match="from 1 to 100"):
        encode(picture(images.scene()), ".jpg", quality=quality)


def test_an_unknown_suffix_is_refused() -> None:
    with pytest.raises(InvalidError, match=r"'\.gif' names no picture format: .*\.jpg, .*\.tiff"):
        encode(picture(images.scene()), ".gif")
