"""Exposure: light multiplied, as a longer exposure would have; highlights roll off.

With the sRGB curve approximated by ((x + 0.055) / 1.055)^2.4, a gain of 2^ev in linear light is the
straight line G x + 0.055 (G - 1), G = 2^(ev / 2.4), of the encoded value; near black, where sRGB is
linear, it is 2^ev x. The line is applied to each pixel's largest channel and the others follow in
proportion, so hue stays; above the knee a shoulder leads to white without clipping.
"""

import numpy as np

from iea.tools._declare import Constants, Frame, Param, Pixels, Planes, Target, Tool, Words, kernel
from iea.tools._pixel import TINY, reference_peak

KNEE = 0.7
_KNEE, _ONE, _TINY = np.float32(KNEE), np.float32(1), np.float32(TINY)


def _prepare(ev: float) -> tuple[float, ...]:
    gain = 2.0**ev
    slope = 2.0 ** (ev / 2.4)
    offset = 0.055 * (slope - 1)
    top = max((slope + offset - KNEE) / (1 - KNEE), 1.0)
    return gain, slope, offset, (top - 1) / top


@kernel
def _kernel(planes: Planes, scratch: Planes, frame: Frame, constants: Constants) -> None:
    gain, slope, offset, bend = constants[0], constants[1], constants[2], constants[3]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            peak = max(max(max(r[x], g[x]), b[x]), _TINY)
            line = slope * peak + offset
            toe = gain * peak
            lit = min(toe, line) if gain > _ONE else max(toe, line)
            over = max(lit - _KNEE, np.float32(0)) / (_ONE - _KNEE)
            rolled = lit - over * (_ONE - _KNEE) * (_ONE - _ONE / (_ONE + over * bend))
            ratio = rolled / peak
            r[x] *= ratio
            g[x] *= ratio
            b[x] *= ratio


def _reference(rgb: Pixels, ev: float) -> Pixels:
    gain, slope, offset, bend = _prepare(ev)
    peak = np.maximum(reference_peak(rgb), TINY)
    nearer = np.minimum if gain > 1 else np.maximum
    lit = nearer(gain * peak, slope * peak + offset)
    over = np.maximum(lit - KNEE, 0) / (1 - KNEE)
    rolled = np.where(lit > KNEE, KNEE + (1 - KNEE) * over / (1 + over * bend), lit)
    return rgb * (rolled / peak)


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
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
