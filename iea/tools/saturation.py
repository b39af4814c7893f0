"""Saturation: colours further from grey or nearer to it, with luma and hue kept.

Every channel moves away from the luma Y by the factor 1 + amount / 100, but not so far that a
channel leaves 0..1: the picture stays inside what it can show, so hues do not turn.
"""

import numpy as np

from iea.tools._declare import Constants, Frame, Param, Pixels, Planes, Target, Tool, Words, kernel
from iea.tools._pixel import TINY, luma, reference_luma, reference_peak

_ONE, _TINY = np.float32(1), np.float32(TINY)


def _prepare(amount: float) -> tuple[float, ...]:
    return (1 + amount / 100,)


@kernel
def _kernel(planes: Planes, scratch: Planes, frame: Frame, constants: Constants) -> None:
    wanted = constants[0]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            grey = luma(r[x], g[x], b[x])
            above = max(max(r[x], g[x]), b[x]) - grey
            below = grey - min(min(r[x], g[x]), b[x])
            room = min((_ONE - grey) / (above + _TINY), grey / (below + _TINY))
            factor = min(wanted, max(room, _ONE))
            r[x] = grey + (r[x] - grey) * factor
            g[x] = grey + (g[x] - grey) * factor
            b[x] = grey + (b[x] - grey) * factor


def _reference(rgb: Pixels, amount: float) -> Pixels:
    (wanted,) = _prepare(amount)
    grey = reference_luma(rgb)
    above = reference_peak(rgb) - grey
    below = grey - rgb.min(axis=-1, keepdims=True)
    room = np.minimum((1 - grey) / (above + TINY), grey / (below + TINY))
    return grey + (rgb - grey) * np.minimum(wanted, np.maximum(room, 1))


TOOL = Tool(
    name="saturation",
    stage="colour",
    order=30,
    purpose="Makes all colours stronger or paler.",
    params=(Param("amount", "", -100, 100, 0, "paler colours", "stronger colours"),),
    words=Words(
        names=("saturation", "colours", "colors", "colour", "color"),
        plus=("saturated", "colourful", "colorful", "richer", "stronger colours", "intense"),
        minus=("muted", "desaturated", "desaturate", "paler", "subdued", "less colourful"),
        lacks=("pale", "colourless", "colorless", "drab"),
        excess=("saturated", "garish", "gaudy", "colourful", "colorful", "neon", "loud"),
    ),
    target=Target("S", 5),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
