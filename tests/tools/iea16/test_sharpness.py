"""Sharpness blurs as OpenCV does: the same weights, and the same border."""

import cv2
import numpy as np
import pytest

from iea.tools.iea16 import sharpness
from tests.tools.iea16 import transcription
from tests.tools.iea16.driving import render


@pytest.mark.parametrize("amount", [-1, -10, -20, -30, -50, -70, -80, -100])
def test_a_spot_is_spread_exactly(amount: int) -> None:
    spot = np.zeros((40, 64, 3), np.uint8)
    spot[20, 30] = spot[0, 0] = spot[39, 5] = 255
    assert np.array_equal(
        render(spot, {"sharpness": amount}), transcription.render(spot, {"sharpness": amount})
    )


def test_every_size_of_blur_has_opencvs_weights() -> None:
    line = np.zeros((33, 65), np.uint8)
    line[:, 32] = 255
    for amount in range(-100, 0):
        taps = sharpness.prepare({"sharpness": amount})[1:]
        size = sharpness.blur_size(amount)
        spread = cv2.GaussianBlur(line, (size, size), 0)[16, 32 : 32 + len(taps)]
        assert taps.tolist() == spread.tolist(), amount


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 3), (5, 4), (9, 40), (40, 8)])
@pytest.mark.parametrize("amount", [-100, 80])
def test_pictures_smaller_than_the_kernel(shape: tuple[int, int], amount: int) -> None:
    # Greys: OpenCV's way through HSV rounds other colours in another way where rows are short.
    small = np.random.default_rng(2).integers(0, 256, (*shape, 1)).astype(np.uint8).repeat(3, 2)
    expected = transcription.render(small, {"sharpness": amount}).astype(int)
    assert np.abs(render(small, {"sharpness": amount}) - expected).max() <= (amount > 0)
