"""Contrast: tones move away from the middle, or toward it, and never past black or white.

Schlick's gain curve ("Fast alternatives to Perlin's bias and gain functions", Graphics Gems IV):
its slope in the middle is s = 2^(1.25 amount / 100), at the ends 1 / s, and -amount undoes +amount.
"""

import numpy as np

from iea.tools._declare import Param, Pixels, Target, Tool, Words
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
    words=Words(
        names=(
            "contrast",
            "contrasts",
            "tonal range",
            "dynamic range",
        ),
        plus=(
            "contrasty",
            "more contrasty",
            "harder",
            "depth",
            "more depth",
            "crunchier tones",
            "definition",
            "more definition",
            "contrastier",
            "bite",
            "high contrast",
            "strong contrast",
            "stronger contrast",
            "presence",
            "dimension",
            "three dimensional",
            "tonal separation",
            "separation",
        ),
        minus=(
            "softer",
            "soft",
            "flatter",
            "flat",
            "gentler",
            "less harsh",
            "low contrast",
            "soften",
            "softened",
            "softer contrast",
            "smoother tones",
            "soft tones",
            "kinder",
            "softly",
            "less hard",
        ),
        lacks=(
            "flat",
            "dull",
            "washed out",
            "hazy",
            "milky",
            "bland",
            "boring",
            "lifeless",
            "foggy",
            "misty",
            "blah",
            "meh",
            "no contrast",
            "insipid",
            "uninspiring",
            "featureless",
            "veiled",
            "like fog",
            "muddy",
            "two dimensional",
            "no depth",
            "haze",
            "fog",
            "smoggy",
            "nothing stands out",
            "duller",
            "limp",
            "dead",
            "weak contrast",
        ),
        excess=(
            "harsh",
            "contrasty",
            "hard",
            "stark",
            "harsh contrast",
            "too hard",
            "severe",
            "harsher",
            "brutal",
        ),
    ),
    target=Target("C", 3.5),
    curve=_curve,
    reference=reference_of(_curve),
)
