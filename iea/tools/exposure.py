"""Exposure: light multiplied, as a longer exposure would have; highlights roll off.

With the sRGB curve approximated by ((x + 0.055) / 1.055)^2.4, a gain of 2^ev in linear light is the
straight line G x + 0.055 (G - 1), G = 2^(ev / 2.4), of the encoded value; near black, where sRGB is
linear, it is 2^ev x. Above the knee a shoulder leads to white without clipping.
"""

import numpy as np

from iea.tools._declare import Param, Pixels, Target, Tool, Words
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
    words=Words(
        names=(
            "exposure",
            "brightness",
            "light",
            "lightness",
            "luminosity",
            "lighting",
            "ev",
        ),
        plus=(
            "brighter",
            "brighten",
            "brightened",
            "brightening",
            "lighter",
            "lighten",
            "lightened",
            "light up",
            "lighten up",
            "brighten up",
            "more light",
            "some light",
            "add light",
            "light",
            "bright",
            "well lit",
            "better lit",
            "more exposure",
            "brightness up",
            "luminous",
            "turn lights on",
            "let light in",
            "more daylight",
            "more light in",
            "expose more",
            "overexpose",
            "brighter overall",
            "switch lights on",
            "illuminate",
        ),
        minus=(
            "darker",
            "darken",
            "darkened",
            "darkening",
            "dim",
            "dimmer",
            "less light",
            "dark",
            "darker overall",
            "turn lights down",
            "lower light",
            "less exposure",
            "expose less",
            "underexpose",
            "lower key",
            "low key",
            "dimmed",
            "dusky",
        ),
        lacks=(
            "dark",
            "gloomy",
            "gloomier",
            "underexposed",
            "under exposed",
            "murky",
            "like night",
            "like a funeral",
            "pitch black",
            "pitch dark",
            "dingy light",
            "hard to see",
            "badly lit",
            "poorly lit",
            "see nothing",
            "can not see thing",
            "can not see anything",
            "like a cave",
            "barely see anything",
            "not see much",
            "depressing",
            "dreary",
            "black hole",
            "no light",
            "not enough light",
            "too little light",
            "shadowy",
            "cave",
        ),
        excess=(
            "bright",
            "overexposed",
            "over exposed",
            "glaring",
            "blinding",
            "too much light",
            "light",
            "like a ghost",
            "hurts my eyes",
            "blinded",
            "dazzling",
            "over lit",
        ),
    ),
    target=Target("L", 8),
    curve=_curve,
    reference=reference_of(_curve),
)
