"""Blur: a Gaussian whose sigma is a share of the long side, so that it looks alike at every size.

sigma = 2 % of the long side x (amount / 100)^2. Up to 4 pixels it is taken from the pixels
themselves; above, a small copy, its pixels at best a third of a sigma, is blurred and enlarged.
Taking means for the copy (variance (step^2 - 1) / 12) and straight lines between its pixels (twice
that) blur too: the copy's own blur is that much weaker, so that one way follows the other.
"""

import math

import numpy as np

from iea.tools._copies import reference_copy, reference_enlarged
from iea.tools._declare import (
    Constants,
    Frame,
    Maps,
    Param,
    Pixels,
    Planes,
    Scene,
    Survey,
    Tool,
    Words,
    kernel,
)
from iea.tools._gaussian import across, blurred, down, reach, reference_blurred, taps

HALO = 12
WIDEST, LOCAL = 0.02, 4.0
FINE, LEAST_STEP = 3.0, 2
"""The sigma in pixels of a copy from which on its straight lines look like curves, and the smallest
step, where it may be less: finer copies would cost more than they show."""


def _sigma(size: tuple[int, int], amount: float) -> float:
    return WIDEST * max(size) * (amount / 100) ** 2


def _local_taps(sigma: float) -> Pixels:
    return taps(sigma, min(reach(sigma), HALO))


def _plan(size: tuple[int, int], sigma: float) -> tuple[int, float]:
    """Return the side of the copy, and the sigma of its blur in its pixels."""
    step = max(LEAST_STEP, math.floor(sigma / FINE))
    return math.ceil(max(size) / step), math.sqrt(sigma**2 - (step**2 - 1) / 4) / step


def _survey(scene: Scene, amount: float) -> Survey:
    sigma = _sigma(scene.size, amount)
    if sigma <= LOCAL:
        return Survey(_local_taps(sigma))
    side, rest = _plan(scene.size, sigma)
    copy = scene.small(side)
    return Survey((), blurred(copy.planes, rest), copy.step)


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    if maps.shape[0]:
        planes[:] = maps
        return
    rows, columns = planes.shape[1], planes.shape[2]
    half = scratch[0]
    line = np.empty(columns + 2 * (constants.size - 1), np.float32)
    for n in range(3):
        plane = planes[n]
        for y in range(rows):
            across(plane[y], line, constants, half[y])
        for y in range(rows):
            down(half, y, constants, plane[y])


def _reference(rgb: Pixels, amount: float) -> Pixels:
    height, width = rgb.shape[:2]
    sigma = _sigma((width, height), amount)
    if sigma <= LOCAL:
        return reference_blurred(rgb, _local_taps(sigma))
    side, rest = _plan((width, height), sigma)
    copy, step = reference_copy(rgb, side)
    soft = reference_blurred(copy, taps(rest, reach(rest)))
    return reference_enlarged(soft, step, height, width)


TOOL = Tool(
    name="blur",
    stage="detail",
    order=12,
    purpose="Blurs the whole picture evenly, or what a mask covers.",
    params=(Param("amount", "", 0, 100, 0, "as it is", "blurrier"),),
    words=Words(names=("blur", "gaussian blur", "blurriness")),
    survey=_survey,
    kernel=_kernel,
    reference=_reference,
    halo=HALO,
    scratch=1,
)
