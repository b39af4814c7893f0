"""The kernels agree with the page: within 1 code on 99.9 % of the samples of real photos."""

import numpy as np
import numpy.typing as npt
import pytest

from iea.tools import iea16
from tests.tools.iea16 import transcription
from tests.tools.iea16.driving import beyond_one, photos, render
from tests.tools.iea16.grain import bell

VALUES = (-100, -63, -25, -1, 10, 37, 75, 100)
ALLOWED = 0.001
SEED = 4_000_000_007


def noise(shape: tuple[int, ...], sigma: float) -> npt.NDArray[np.float64]:
    """The kernel's own grain, so that only the formulas around it are compared."""
    return sigma * bell(shape, SEED)


@pytest.mark.parametrize("tool", iea16.TOOLS)
def test_every_tool_at_eight_values(tool: str) -> None:
    for photo in photos():
        for value in VALUES:
            expected = transcription.render(photo, {tool: value}, noise)
            assert beyond_one(render(photo, {tool: value}, SEED), expected) <= ALLOWED, value


def _random_plans() -> list[dict[str, float]]:
    rng = np.random.default_rng(16)
    names = list(iea16.TOOLS)
    plans = []
    for _ in range(60):
        tools = rng.choice(names, rng.integers(2, 10), replace=False)
        plans.append({str(tool): float(rng.integers(-100, 101)) for tool in tools})
    return plans


def test_sixty_random_plans() -> None:
    for plan in _random_plans():
        for photo in photos():
            expected = transcription.render(photo, plan, noise)
            assert beyond_one(render(photo, plan, SEED), expected) <= ALLOWED, plan


@pytest.mark.parametrize("vignette", [-100, -50, 20, 40, 75, 80, 100])
def test_sharpening_finds_no_faults_to_magnify(vignette: int) -> None:
    """In the vignette's corners whole numbers abound, and sharpness makes 2 codes of 1."""
    plan = {"vignette": vignette, "sharpness": 100}
    for photo in photos():
        assert beyond_one(render(photo, plan), transcription.render(photo, plan)) <= ALLOWED


def test_16_bit_is_reduced_to_8_first() -> None:
    rng = np.random.default_rng(1)
    deep = rng.integers(0, 65536, (97, 160, 3)).astype(np.uint16)
    reduced = ((deep.astype(int) + 128) // 257).astype(np.uint8)
    for plan in ({"saturation": 30}, {"exposure": -20, "shadows": 40, "vignette": 30}):
        assert np.array_equal(render(deep, plan), render(reduced, plan))
