"""Brightness: the middle tones made lighter or darker, while black and white stay.

Schlick's bias curve ("Fast alternatives to Perlin's bias and gain functions", Graphics Gems IV),
x / (1 + k (1 - x)) with 1 + k = 2^(-1.5 amount / 100): its slope is 1 / (1 + k) at black and 1 + k
at white, and -amount undoes +amount. A power would do the like, but with an endless slope at black.
"""

import numpy as np

from iea.tools._declare import Param, Pixels, Target, Tool
from iea.tools._tone import reference_of


def _curve(x: Pixels, amount: float) -> tuple[Pixels, Pixels]:
    bend = 2.0 ** (-1.5 * amount / 100) - 1
    return 1 / (1 + bend * (1 - x)), np.zeros_like(x)


TOOL = Tool(
    name="brightness",
    stage="light",
    order=15,
    purpose="Makes the middle tones lighter or darker; black and white stay.",
    params=(Param("amount", "", -100, 100, 0, "darker middle tones", "lighter middle tones"),),
    words=("mid-tone brightness", "middle tones", "midtones", "gamma"),
    target=Target("", 25),
    curve=_curve,
    reference=reference_of(_curve),
)
