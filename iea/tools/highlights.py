"""Highlights: the light tones below white, recovered or raised; black and white stay.

The largest channel m becomes m (1 + s m^2 (1 - m)), which is monotone for -4 <= s <= 1; the others
follow in proportion.
"""

import numpy as np

from iea.tools._declare import Constants, Frame, Param, Pixels, Planes, Target, Tool, Words, kernel
from iea.tools._pixel import reference_peak, unit

_ONE = np.float32(1)


def _prepare(amount: float) -> tuple[float, ...]:
    return (amount / 100 * (1.0 if amount > 0 else 3.0),)


@kernel
def _kernel(planes: Planes, scratch: Planes, frame: Frame, constants: Constants) -> None:
    strength = constants[0]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            peak = unit(max(max(r[x], g[x]), b[x]))
            ratio = _ONE + strength * peak * peak * (_ONE - peak)
            r[x] *= ratio
            g[x] *= ratio
            b[x] *= ratio


def _reference(rgb: Pixels, amount: float) -> Pixels:
    (strength,) = _prepare(amount)
    peak = np.clip(reference_peak(rgb), 0, 1)
    return rgb * (1 + strength * peak**2 * (1 - peak))


TOOL = Tool(
    name="highlights",
    stage="light",
    order=30,
    purpose="Recovers detail in the light tones, or raises them; white stays white.",
    params=(Param("amount", "", -100, 100, 0, "detail in bright areas", "airier bright areas"),),
    words=Words(
        names=(
            "highlights",
            "highlight",
            "bright parts",
            "bright areas",
            "light parts",
            "light areas",
            "brights",
            "bright bits",
            "bright ones",
            "bright spots",
            "brightest parts",
            "lighter parts",
            "lights tones",
            "light tones",
        ),
        plus=(
            "glowing",
            "brighter highlights",
            "lighter highlights",
            "glowing highlights",
            "luminous highlights",
        ),
        minus=(
            "recover the sky",
            "tame the sky",
            "bring back the clouds",
            "clouds back",
            "bring back the sky",
            "recover highlights",
            "sky detail",
            "detail in sky",
            "detail in clouds",
            "see clouds",
            "rescue the sky",
            "darker highlights",
            "save the sky",
            "more clouds",
            "clouds visible",
        ),
        excess=(
            "blown out",
            "burnt out",
            "burned out",
            "blown",
            "washed out sky",
            "blown highlights",
            "white sky",
            "sky is white",
            "glare",
            "clouds go",
            "clouds gone",
            "too hot",
            "blew out",
            "sky is gone",
            "sky gone",
            "no detail in sky",
            "burnt",
            "burned",
            "clipped",
            "lost the sky",
            "lost the clouds",
            "where are clouds",
            "bleached",
            "just white",
            "all white",
            "completely white",
            "nothing but white",
            "no clouds",
            "hot spots",
            "hotspots",
            "clipping",
            "glary",
            "hot spot",
        ),
    ),
    target=Target("highlights", 6),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
