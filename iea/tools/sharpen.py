"""Sharpen: an unsharp mask on luma, so that edges gain and colours do not fringe.

Y + 2 s (Y - blur(Y)), s = amount / 100, with a Gaussian of sigma 1 in nine taps; every channel gets
the luma's difference, held to a tenth either way, so that no edge grows a visible halo.
"""

import math

import numpy as np

from iea.tools._declare import (
    Constants,
    Frame,
    Maps,
    Param,
    Pixels,
    Planes,
    Target,
    Tool,
    kernel,
)
from iea.tools._gaussian import across, down, reference_blurred
from iea.tools._pixel import luma, reference_luma

HALO = 4
LIMIT = 0.1
_LIMIT = np.float32(LIMIT)


def _prepare(amount: float) -> tuple[float, ...]:
    taps = [math.exp(-0.5 * i * i) for i in range(HALO + 1)]
    total = taps[0] + 2 * sum(taps[1:])
    return (2 * amount / 100, *(tap / total for tap in taps))


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    rows, columns = planes.shape[1], planes.shape[2]
    grey, half = scratch[0], scratch[1]
    strength, weights = constants[0], constants[1:]
    line = np.empty(columns + 2 * HALO, np.float32)
    for y in range(rows):
        r, g, b, tone = planes[0, y], planes[1, y], planes[2, y], grey[y]
        for x in range(columns):
            tone[x] = luma(r[x], g[x], b[x])
        across(tone, line, weights, half[y])
    gain = line[:columns]
    for y in range(rows):
        r, g, b, tone = planes[0, y], planes[1, y], planes[2, y], grey[y]
        down(half, y, weights, gain)
        for x in range(columns):
            gain[x] = min(max(strength * (tone[x] - gain[x]), -_LIMIT), _LIMIT)
            r[x] += gain[x]
            g[x] += gain[x]
            b[x] += gain[x]


def _reference(rgb: Pixels, amount: float) -> Pixels:
    strength, *taps = _prepare(amount)
    grey = reference_luma(rgb)
    return rgb + np.clip(strength * (grey - reference_blurred(grey, np.array(taps))), -LIMIT, LIMIT)


TOOL = Tool(
    name="sharpen",
    stage="detail",
    order=10,
    purpose="Makes edges and fine detail crisper.",
    params=(Param("amount", "", 0, 100, 0, "as it was", "crisper"),),
    words=("sharpen", "sharpness", "sharpening", "detail", "details", "focus"),
    target=Target("D", 3),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
    halo=HALO,
    scratch=2,
)
