"""From bytes to bytes: in strips, and yet the same as one thing after another."""

import io

import numpy as np
import pytest
from PIL import Image

from iea.develop import develop
from iea.errors import InvalidError
from iea.image import decode, encode
from iea.program import Program
from iea.render import render
from tests.images import photo
from tests.programs import program

SHARP = program(exposure=0.5, sharpen=40, vignette=30)


def _jpeg(width: int, height: int, mode: str = "RGB", **options: object) -> bytes:
    y, x = np.mgrid[0:height, 0:width]
    scene = np.stack([(x * 7 + y) % 256, (x + y * 5) % 256, (x + y) % 256], axis=-1)
    out = io.BytesIO()
    Image.fromarray(scene.astype(np.uint8)).convert(mode).save(out, "JPEG", quality=92, **options)
    return out.getvalue()


@pytest.mark.parametrize("size", [(1, 1), (700, 1), (1, 700), (900, 255), (640, 1030), (4111, 513)])
@pytest.mark.parametrize("quality", [80, 95])
def test_strips_give_the_same_file_as_one_after_another(
    size: tuple[int, int], quality: int
) -> None:
    data = _jpeg(*size)
    expected = encode(render(SHARP, decode(data)), ".jpg", quality=quality)
    assert develop(data, SHARP, ".jpg", quality=quality) == expected


@pytest.mark.parametrize(
    "data",
    [
        photo(),
        _jpeg(300, 700, "L"),
        _jpeg(300, 700, "CMYK"),
        _jpeg(300, 700, progressive=True),
        _jpeg(300, 700, exif=Image.Exif()),
    ],
    ids=["photo", "grey", "cmyk", "progressive", "exif"],
)
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_every_kind_of_jpeg_goes_through(data: bytes, suffix: str) -> None:
    assert develop(data, SHARP, suffix) == encode(render(SHARP, decode(data)), suffix)


def test_a_turned_photo_comes_out_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = decode(develop(_jpeg(600, 300, exif=exif), SHARP, ".jpg"))
    assert (made.width, made.height) == (300, 600)


def test_a_file_in_strips_is_read_by_others() -> None:
    data = develop(_jpeg(1003, 777), Program(), ".jpg", quality=100)
    theirs = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    ours = decode(data).pixels.astype(int)
    assert theirs.shape == (777, 1003, 3)
    assert np.abs(theirs - ours).max() <= 2


def test_damage_in_the_middle_is_an_error_and_not_half_a_picture() -> None:
    data = _jpeg(900, 1400)
    with pytest.raises(InvalidError, match="damaged"):
        develop(data[: len(data) // 2], SHARP, ".jpg")
