"""Highlights: the light tones below white, recovered or raised; black and white stay.

x becomes x (1 + s x^2 (1 - x)), which is monotone for -4 <= s <= 1.
"""

import numpy as np

from iea.tools._declare import Param, Pixels, Target, Tool, Words
from iea.tools._tone import reference_of


def _curve(x: Pixels, amount: float) -> tuple[Pixels, Pixels]:
    strength = amount / 100 * (1.0 if amount > 0 else 3.0)
    return 1 + strength * x * x * (1 - x), np.zeros_like(x)


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
    curve=_curve,
    reference=reference_of(_curve),
)
