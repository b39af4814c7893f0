"""Decoding: every kind of picture comes out as upright RGB with the samples of the file."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from iea.errors import InvalidError
from iea.image import Info, decode, decode_small, probe, to_8bit
from tests import images

KINDS = ["jpeg", "png", "webp", "tiff"]


def judged(data: bytes, mode: str = "RGB") -> np.ndarray:
    return np.asarray(images.opened(data).convert(mode))


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_are_those_that_pillow_reads(kind: str) -> None:
    data = images.save(images.scene(), kind)
    picture = decode(data)
    assert picture.format == kind
    assert (picture.width, picture.height) == (96, 64)
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.flags.c_contiguous
    np.testing.assert_array_equal(picture.pixels, judged(data))


def test_a_real_photo_has_the_pixels_that_opencv_reads() -> None:
    for data in (images.photo(), images.flower()):
        judge = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        np.testing.assert_array_equal(decode(data).pixels, judge)


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff"])
@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_becomes_equal_red_green_and_blue(kind: str, mode: str) -> None:
    data = images.save(Image.fromarray(images.scene()).convert(mode), kind)
    np.testing.assert_array_equal(decode(data).pixels, judged(data))


@pytest.mark.parametrize("colours", [2, 4, 16, 200])
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_a_palette_is_looked_up(kind: str, colours: int) -> None:
    data = images.save(Image.fromarray(images.scene()).quantize(colours), kind)
    np.testing.assert_array_equal(decode(data).pixels, judged(data))


@pytest.mark.parametrize("kind", ["png", "webp", "tiff"])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_alpha_is_kept_apart(kind: str, mode: str) -> None:
    image = Image.fromarray(images.scene()).convert(mode)
    image.putalpha(Image.fromarray(np.arange(96 * 64).reshape(64, 96).astype(np.uint8)))
    data = images.save(image, kind, **({"lossless": True, "exact": True} if kind == "webp" else {}))
    picture = decode(data)
    np.testing.assert_array_equal(picture.pixels, judged(data))
    np.testing.assert_array_equal(picture.alpha, judged(data, "RGBA")[..., 3])


def test_a_transparent_palette_colour_becomes_alpha() -> None:
    image = Image.fromarray(images.scene()).quantize(8)
    data = images.save(image, "png", transparency=3)
    np.testing.assert_array_equal(decode(data).alpha, judged(data, "RGBA")[..., 3])


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bit_png_stays_16_bit(channels: int) -> None:
    ramp = np.dstack([images.gradient(), images.gradient()[..., 1]])
    picture = decode(images.png_16bit(ramp[..., :channels]))
    assert picture.pixels.dtype == np.uint16
    colours = ramp[..., :3] if channels > 2 else ramp[..., [0, 0, 0]]
    np.testing.assert_array_equal(picture.pixels, colours)
    if channels in (2, 4):
        np.testing.assert_array_equal(picture.alpha, ramp[..., channels - 1])
    else:
        assert picture.alpha is None


@pytest.mark.parametrize("compression", [1, 5, 8])
def test_16_bit_tiff_stays_16_bit(compression: int) -> None:
    pixels = images.gradient()
    options = [cv2.IMWRITE_TIFF_COMPRESSION, compression]
    data = cv2.imencode(".tif", pixels[..., ::-1], options)[1].tobytes()
    np.testing.assert_array_equal(decode(data).pixels, pixels)


@pytest.mark.parametrize("kind", ["jpeg", "tiff"])
def test_cmyk_becomes_rgb_the_right_way_round(kind: str) -> None:
    paint = np.zeros((16, 64, 4), np.uint8)
    paint[:, 16:32, 0] = 255  # Cyan.
    paint[:, 32:48, 3] = 255  # Black.
    paint[:, 48:, 1:3] = 255  # Magenta and yellow.
    picture = decode(images.save(Image.frombytes("CMYK", (64, 16), paint.tobytes()), kind))
    paper, cyan, black, red = (picture.pixels[8, x].astype(int) for x in (8, 24, 40, 56))
    assert paper.min() > 245
    assert cyan[0] < 100 < 140 < cyan[2]
    assert black.max() < 70
    assert red[0] > 180 > 80 > max(red[1], red[2])
    assert picture.icc is None
    assert picture.alpha is None


@pytest.mark.parametrize(
    ("kind", "options"),
    [("jpeg", {"progressive": True}), ("jpeg", {"subsampling": 0}), ("webp", {"lossless": True})]
    + [("tiff", {"compression": name}) for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits")],
)
def test_other_ways_of_storing_decode_alike(kind: str, options: dict[str, object]) -> None:
    data = images.save(images.scene(), kind, **options)
    np.testing.assert_array_equal(decode(data).pixels, judged(data))


def test_an_interlaced_png_decodes_alike() -> None:
    data = images.png_interlaced(images.scene())
    np.testing.assert_array_equal(decode(data).pixels, judged(data))
    assert decode_small(data, 48).width == 48


@pytest.mark.parametrize("kind", KINDS)
def test_one_pixel_is_a_picture(kind: str) -> None:
    picture = decode(images.save(np.full((1, 1, 3), 200, np.uint8), kind))
    assert picture.pixels.shape == (1, 1, 3)
    assert np.abs(picture.pixels.astype(int) - 200).max() <= 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_is_upright(kind: str, orientation: int) -> None:
    data = images.with_metadata(kind, images.scene(), images.camera_exif(orientation))
    upright = np.asarray(ImageOps.exif_transpose(images.opened(data)))
    picture = decode(data)
    np.testing.assert_array_equal(picture.pixels, upright)
    assert probe(data) == Info(kind, upright.shape[1], upright.shape[0])
    assert decode_small(data, 48).pixels.shape[:2] == tuple(side // 2 for side in upright.shape[:2])


def test_an_orientation_out_of_range_is_upright() -> None:
    data = images.with_metadata("jpeg", images.scene(), images.camera_exif(0))
    np.testing.assert_array_equal(decode(data).pixels, judged(data))


def test_an_animation_and_a_stack_of_pages_give_the_first() -> None:
    first = Image.fromarray(images.scene())
    others = [Image.new("RGB", first.size, "red"), Image.new("RGB", first.size, "blue")]
    for kind in ("webp", "tiff", "png"):
        data = images.save(first, kind, save_all=True, append_images=others)
        np.testing.assert_array_equal(decode(data).pixels, judged(data))
        assert probe(data).height == 64


@pytest.mark.parametrize("mode", ["F", "I"])
def test_samples_that_are_no_photo_are_refused(mode: str) -> None:
    data = images.save(Image.fromarray(images.scene()).convert(mode), "tiff")
    with pytest.raises(InvalidError, match=r"scan\.tif stores its colours .* 8 or 16 bits"):
        decode(data, name="scan.tif")


@pytest.mark.parametrize("size", [1, 7, 40, 95, 96, 500])
@pytest.mark.parametrize("kind", KINDS)
def test_a_small_copy_fits_and_is_never_enlarged(kind: str, size: int) -> None:
    small = decode_small(images.save(images.scene(), kind), size)
    longer = min(size, 96)
    assert small.pixels.shape[:2] == (max(1, round(64 * longer / 96)), longer)
    assert small.pixels.dtype == np.uint8


@pytest.mark.parametrize("size", [50, 150, 256, 500])
def test_a_small_copy_looks_like_the_photo(size: int) -> None:
    small = decode_small(images.photo(), size).pixels.astype(int)
    height, width = small.shape[:2]
    whole = images.opened(images.photo()).resize((width, height), Image.Resampling.LANCZOS)
    assert np.abs(small - np.asarray(whole)).mean() < 3
    np.testing.assert_array_equal(small, decode_small(images.photo(), size).pixels)


def test_a_small_copy_has_8_bits_and_keeps_alpha_and_profile() -> None:
    pixels = np.dstack([images.gradient(), np.full((64, 96), 65535, np.uint16)])
    small = decode_small(images.png_16bit(pixels), 32)
    assert small.pixels.dtype == np.uint8
    assert small.alpha is not None
    assert small.alpha.min() == 255
    data = images.save(images.scene(), "jpeg", icc_profile=images.wide_profile())
    plain = decode_small(images.save(images.scene(), "jpeg"), 32)
    np.testing.assert_array_equal(decode_small(data, 32).pixels, plain.pixels)
    assert decode_small(data, 32).icc == images.wide_profile()


def test_a_small_copy_of_no_pixels_is_refused() -> None:
    with pytest.raises(InvalidError, match="1 or more"):
        decode_small(images.photo(), 0)


def test_16_bits_round_to_the_nearest_8() -> None:
    every = np.arange(65536, dtype=np.uint16)
    np.testing.assert_array_equal(to_8bit(every), (every.astype(np.uint32) + 128) // 257)
    eight = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(to_8bit(eight), eight)


def test_threads_do_not_disturb_each_other() -> None:
    files = [images.save(images.scene(90 + step, 64), kind) for step in range(4) for kind in KINDS]
    broken = images.photo()[:9000]
    alone = [decode(data).digest() for data in files]

    def one(turn: int) -> bool:
        with pytest.raises(InvalidError):
            decode(broken)
        return decode(files[turn % len(files)]).digest() == alone[turn % len(files)]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(160)))
