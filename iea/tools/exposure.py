"""Exposure: light multiplied, as a longer exposure would have; highlights roll off.

With the sRGB curve approximated by ((x + 0.055) / 1.055)^2.4, a gain of 2^ev in linear light is the
straight line G x + 0.055 (G - 1), G = 2^(ev / 2.4), of the encoded value; near black, where sRGB is
linear, it is 2^ev x. Above the knee a shoulder leads to white without clipping.
"""

import numpy as np

from iea.tools._declare import Param, Pixels, Target, Tool
from iea.tools._pixel import TINY, shoulder
from iea.tools._tone import reference_of

KNEE = 0.7


def _curve(x: Pixels, ev: float) -> tuple[Pixels, Pixels]:
    slope = 2.0 ** (ev / 2.4)
    offset = 0.055 * (slope - 1)
    peak = np.maximum(x, TINY)
    nearer = np.minimum if ev > 0 else np.maximum
    lit = nearer(2.0**ev * peak, slope * peak + offset)
    return shoulder(lit, KNEE, slope + offset) / peak, np.zeros_like(x)


TOOL = Tool(
    name="exposure",
    stage="light",
    order=10,
    purpose="Brightens or darkens the whole picture, as more or less light would have.",
    params=(Param("ev", "EV", -4, 4, 0, "darker", "brighter"),),
    words=("exposure", "brightness", "light", "lightness", "luminosity", "lighting"),
    target=Target("L", 8),
    curve=_curve,
    reference=reference_of(_curve),
)
