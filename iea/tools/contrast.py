"""Contrast: tones move away from the middle, or toward it, and never past black or white.

Schlick's gain curve ("Fast alternatives to Perlin's bias and gain functions", Graphics Gems IV):
its slope in the middle is s = 2^(1.25 amount / 100), at the ends 1 / s, and -amount undoes +amount.
"""

import numpy as np

from iea.tools._declare import Param, Pixels, Target, Tool
from iea.tools._pixel import TINY
from iea.tools._tone import reference_of


def _curve(x: Pixels, amount: float) -> tuple[Pixels, Pixels]:
    bend = 2.0 ** (1.25 * amount / 100) - 1
    near = np.minimum(x, 1 - x)
    curved = near / (1 + bend * (1 - 2 * near))
    moved = np.where(x < 0.5, curved, 1 - curved)
    return np.where(x > TINY, moved / np.maximum(x, TINY), 1 / (1 + bend)), np.zeros_like(x)


TOOL = Tool(
    name="contrast",
    stage="light",
    order=20,
    purpose="Sets light and dark tones further apart, or closer together.",
    params=(Param("amount", "", -100, 100, 0, "flatter, softer", "punchier"),),
    words=("contrast", "contrasts", "tonal range", "dynamic range"),
    target=Target("C", 3.5),
    curve=_curve,
    reference=reference_of(_curve),
)
