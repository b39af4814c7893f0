"""Grain is noise as the page has it: normal, independent for every sample, and seeded."""

import itertools
import math

import numpy as np
import pytest

from tests.tools.iea16 import transcription
from tests.tools.iea16.driving import photos, render
from tests.tools.iea16.grain import bell

GREY = np.full((400, 500, 3), 128, np.uint8)


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_it_is_normal(seed: int) -> None:
    n = bell((400, 500, 3), seed)
    assert abs(n.mean()) < 0.005
    assert abs(n.std() - 1) < 0.004
    assert abs((n**3).mean()) < 0.02
    assert abs((n**4).mean() - 3) < 0.05
    for x in (-2.5, -1.5, -0.5, 0, 0.7, 1.3, 2.2):
        below = 0.5 * (1 + math.erf(x / math.sqrt(2)))
        assert abs((n < x).mean() - below) < 0.003


@pytest.mark.parametrize("amount", [20, 60])
def test_the_picture_gets_noise_of_the_given_deviation(amount: int) -> None:
    added = render(GREY, {"grain": amount}, seed=5).astype(float) - 128
    # Truncation takes half a code on the average, and adds a twelfth to the variance.
    assert abs(added.mean() + 0.5) < 0.2
    assert abs(added.std() / math.sqrt((255 * 0.003 * amount) ** 2 + 1 / 12) - 1) < 0.01


def test_samples_know_nothing_of_each_other() -> None:
    n = bell((300, 400, 3), 9)
    for channels in itertools.combinations(range(3), 2):
        assert (
            abs(np.corrcoef(n[..., channels[0]].ravel(), n[..., channels[1]].ravel())[0, 1]) < 0.01
        )
    for down, right in ((0, 1), (1, 0), (1, 1), (0, 2), (8, 0), (0, 64)):
        here, there = n[: 300 - down, : 400 - right], n[down:, right:]
        assert abs((here * there).mean()) < 0.01


def test_the_seed_decides_it() -> None:
    photo = photos()[0]
    first, again, other = (render(photo, {"grain": 30}, seed) for seed in (7, 7, 8))
    assert np.array_equal(first, again)
    assert (first != other).mean() > 0.9


def test_it_looks_like_the_transcription_with_any_other_noise() -> None:
    rng = np.random.default_rng(3)
    plan = {"grain": 40, "vignette": 30, "contrast": -20}
    photo = photos()[1]

    def noise(shape: tuple[int, ...], sigma: float) -> np.ndarray:
        return rng.normal(0, sigma, shape)

    expected = transcription.render(photo, plan, noise).astype(float)
    rendered = render(photo, plan).astype(float)
    assert np.abs(rendered.mean((0, 1)) - expected.mean((0, 1))).max() < 0.3
    assert np.abs(rendered.std((0, 1)) - expected.std((0, 1))).max() < 0.3


def test_below_zero_there_is_none() -> None:
    photo = photos()[0]
    assert np.array_equal(
        render(photo, {"grain": -80}), transcription.render(photo, {"grain": -80})
    )
