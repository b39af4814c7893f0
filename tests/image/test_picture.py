"""A picture's parts fit together, and its digest depends on what is seen alone."""

import hashlib

import numpy as np
import pytest

from iea.image import Picture, decode, encode
from tests import images


def test_the_digest_is_that_of_the_8_bit_rgb_bytes() -> None:
    picture = decode(images.photo())
    plain = np.asarray(images.opened(images.photo())).tobytes()
    assert picture.digest() == hashlib.sha256(plain).hexdigest()


def test_the_digest_does_not_depend_on_the_encoder() -> None:
    picture = decode(images.flower())
    files = [encode(picture, suffix) for suffix in (".png", ".tif")]
    assert {decode(data).digest() for data in files} == {picture.digest()}


def test_a_16_bit_picture_has_the_digest_of_its_8_bit_copy() -> None:
    eight = decode(images.save(images.scene(), "png"))
    assert eight.with_pixels(images.scene().astype(np.uint16) * 257).digest() == eight.digest()


def test_new_pixels_leave_the_rest() -> None:
    picture = decode(images.photo())
    smaller = picture.with_pixels(images.scene())
    assert (smaller.width, smaller.height, smaller.icc) == (96, 64, picture.icc)


def test_parts_that_do_not_fit_are_a_mistake() -> None:
    def made(pixels: np.ndarray, alpha: np.ndarray | None = None) -> Picture:
        return Picture(pixels, alpha, None, None, None, "png")

    scene = images.scene()
    for wrong in (scene[..., 0], scene.astype(np.float32), np.dstack([scene, scene])):
        with pytest.raises(ValueError, match="height, width, 3"):
            made(wrong)
    with pytest.raises(ValueError, match="ascontiguousarray"):
        made(scene[:, ::2])
    with pytest.raises(ValueError, match="alpha"):
        made(scene, scene[:5, :, 0])
    with pytest.raises(ValueError, match="alpha"):
        made(scene, scene[..., 0].astype(np.uint16))
