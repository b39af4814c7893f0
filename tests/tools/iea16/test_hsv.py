"""The way through HSV has OpenCV's bits, for every kind of colour."""

import numpy as np
import numpy.typing as npt
import pytest

from tests.tools.iea16 import transcription
from tests.tools.iea16.driving import render


def _colours() -> npt.NDArray[np.uint8]:
    """Half a million colours, among them all greys and many at the edges of the cube."""
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (512, 1024, 3), np.uint8)
    colours[:64] = rng.permutation(np.arange(65536) % 256).reshape(64, 1024, 1)
    edges = colours[64:192]
    edges[rng.random(edges.shape) < 0.4] = 0
    edges[rng.random(edges.shape) < 0.3] = 255
    return colours


PLANS = [
    {"grain": -1},
    {"saturation": 70},
    {"saturation": -100},
    {"vibrance": -37},
    {"saturation": -40, "vibrance": -20},
    {"saturation": 100, "temperature": 31, "tint": -47},
    {"temperature": -95, "tint": 85},
    {"tint": 25},
]


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_colours_come_out_as_from_opencv(plan: dict[str, float]) -> None:
    colours = _colours()
    assert np.array_equal(render(colours, plan), transcription.render(colours, plan))


def test_vibrance_above_0_does_nothing_as_published() -> None:
    colours = _colours()
    through = render(colours, {"grain": -1})
    assert np.array_equal(render(colours, {"vibrance": 100}), through)
    assert not np.array_equal(render(colours, {"vibrance": -100}), through)


def test_the_way_through_hsv_is_in_every_render() -> None:
    colours = _colours()
    assert (render(colours, {"fade": -5}) != colours).any()
