"""Vibrance: pale colours made stronger, while vivid ones and skin are left in peace.

Each pixel moves away from its luma by the factor 1 + 0.9 s w, s = amount / 100, with the weight
w = (1 - chroma)^2 (1 - 0.7 skin); chroma is the largest minus the smallest channel over the
largest, and skin peaks at the hue of skin (red to blue, green halfway) and ends 0.4 to either side.
"""

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
from iea.tools._pixel import TINY, luma, reference_luma, reference_peak, unit

SKIN_HUE, SKIN_WIDTH, SKIN_GUARD = 0.45, 0.4, 0.7
_ONE, _ZERO, _TINY = np.float32(1), np.float32(0), np.float32(TINY)
_HUE, _NARROW, _GUARD = np.float32(SKIN_HUE), np.float32(1 / SKIN_WIDTH), np.float32(SKIN_GUARD)


def _prepare(amount: float) -> tuple[float, ...]:
    return (0.9 * amount / 100,)


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    strength = constants[0]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            grey = luma(r[x], g[x], b[x])
            peak = max(max(r[x], g[x]), b[x])
            low = min(min(r[x], g[x]), b[x])
            most, span = peak + _TINY, max(r[x] - b[x], _ZERO) + _TINY
            # One division for two, over the most and over the span.
            inverse = _ONE / (most * span)
            pale = _ONE - unit((peak - low) * span * inverse)
            hue = (g[x] - b[x]) * most * inverse
            skin = max(_ONE - abs(hue - _HUE) * _NARROW, _ZERO)
            factor = _ONE + strength * pale * pale * (_ONE - _GUARD * skin)
            kept = grey - grey * factor
            r[x] = kept + r[x] * factor
            g[x] = kept + g[x] * factor
            b[x] = kept + b[x] * factor


def _reference(rgb: Pixels, amount: float) -> Pixels:
    (strength,) = _prepare(amount)
    r, g, b = rgb[..., 0:1], rgb[..., 1:2], rgb[..., 2:3]
    grey, peak = reference_luma(rgb), reference_peak(rgb)
    pale = 1 - np.clip((peak - rgb.min(axis=-1, keepdims=True)) / (peak + TINY), 0, 1)
    hue = (g - b) / (np.maximum(r - b, 0) + TINY)
    skin = np.maximum(1 - np.abs(hue - SKIN_HUE) / SKIN_WIDTH, 0)
    return grey + (rgb - grey) * (1 + strength * pale**2 * (1 - SKIN_GUARD * skin))


TOOL = Tool(
    name="vibrance",
    stage="colour",
    order=40,
    purpose="Makes pale colours stronger and leaves vivid ones and skin in peace.",
    params=(Param("amount", "", -100, 100, 0, "quieter pale colours", "livelier pale colours"),),
    words=("vibrance", "vibrancy", "vividness", "liveliness"),
    target=Target("S", 3),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
