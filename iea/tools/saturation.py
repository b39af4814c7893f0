"""Saturation: colours further from grey or nearer to it, with luma and hue kept.

Every channel moves away from the luma Y by the factor 1 + amount / 100, but not so far that a
channel leaves 0..1: the picture stays inside what it can show, so hues do not turn.
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
    Words,
    kernel,
)
from iea.tools._pixel import TINY, luma, reference_luma, reference_peak

_ONE, _TINY = np.float32(1), np.float32(TINY)


def _prepare(amount: float) -> tuple[float, ...]:
    return (1 + amount / 100,)


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
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
        names=(
            "saturation",
            "colours",
            "colors",
            "colour",
            "color",
            "chroma",
            "hues",
            "tones",
            "colour intensity",
            "color intensity",
        ),
        plus=(
            "saturated",
            "saturate",
            "colourful",
            "colorful",
            "richer",
            "stronger colours",
            "stronger colors",
            "intense",
            "richer colours",
            "richer colors",
            "rich colours",
            "rich colors",
            "bolder colours",
            "bolder colors",
            "deeper colours",
            "deeper colors",
            "more colour",
            "more color",
            "intense colours",
            "intense colors",
            "technicolor",
            "technicolour",
            "rich",
            "more colours",
            "more colors",
            "brighter colours",
            "brighter colors",
            "bright colours",
            "bright colors",
            "strong colours",
            "strong colors",
            "more saturated",
            "psychedelic",
            "juicy",
            "juicier",
        ),
        minus=(
            "muted",
            "desaturated",
            "desaturate",
            "paler",
            "subdued",
            "less colourful",
            "less colorful",
            "paler colours",
            "paler colors",
            "muted colours",
            "muted colors",
            "toned down colours",
            "toned down colors",
            "softer colours",
            "softer colors",
            "soft colours",
            "soft colors",
            "understated",
            "restrained",
            "earthy",
            "less colour",
            "less color",
            "greyer",
            "grayer",
            "mute",
        ),
        lacks=(
            "pale",
            "colourless",
            "colorless",
            "drab",
            "gray",
            "grey",
            "anaemic",
            "anemic",
            "pallid",
            "no colour",
            "no color",
            "ashen",
            "dull",
            "washed out",
            "lifeless",
            "colour is gone",
            "color is gone",
            "colours are gone",
            "colors are gone",
            "grey and lifeless",
            "faded colours",
            "faded colors",
            "grey and dull",
        ),
        excess=(
            "saturated",
            "oversaturated",
            "over saturated",
            "garish",
            "gaudy",
            "colourful",
            "colorful",
            "neon",
            "loud",
            "lurid",
            "tacky",
            "cartoonish",
            "like candy",
            "colours are screaming",
            "radioactive",
            "kitsch",
            "fake colours",
            "fake colors",
            "tasteless",
            "circus",
            "eye watering",
            "colours look fake",
            "colors look fake",
            "intense",
        ),
    ),
    target=Target("S", 5),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
