"""Contrast: tones move away from the middle, or toward it, and never past black or white.

Schlick's gain curve ("Fast alternatives to Perlin's bias and gain functions", Graphics Gems IV) on
luma: its slope in the middle is s = 2^(1.25 amount / 100), at the ends 1 / s, and -amount undoes
+amount. All channels follow the luma, held so that none passes white.
"""

import numpy as np

from iea.tools._declare import Constants, Frame, Param, Pixels, Planes, Target, Tool, Words, kernel
from iea.tools._pixel import TINY, luma, reference_luma, reference_peak, unit

_ONE, _TWO, _HALF, _TINY = np.float32(1), np.float32(2), np.float32(0.5), np.float32(TINY)


def _prepare(amount: float) -> tuple[float, ...]:
    slope = 2.0 ** (1.25 * amount / 100)
    return (slope - 1,)


@kernel
def _kernel(planes: Planes, scratch: Planes, frame: Frame, constants: Constants) -> None:
    bend = constants[0]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            tone = unit(luma(r[x], g[x], b[x]))
            near = min(tone, _ONE - tone)
            curved = near / (_ONE + bend * (_ONE - _TWO * near))
            moved = curved if tone < _HALF else _ONE - curved
            peak = max(max(max(r[x], g[x]), b[x]), _TINY)
            ratio = min((moved + _TINY) / (tone + _TINY), max(_ONE, _ONE / peak))
            r[x] *= ratio
            g[x] *= ratio
            b[x] *= ratio


def _reference(rgb: Pixels, amount: float) -> Pixels:
    (bend,) = _prepare(amount)
    tone = np.clip(reference_luma(rgb), 0, 1)
    near = np.minimum(tone, 1 - tone)
    curved = near / (1 + bend * (1 - 2 * near))
    moved = np.where(tone < 0.5, curved, 1 - curved)
    ceiling = np.maximum(1, 1 / np.maximum(reference_peak(rgb), TINY))
    return rgb * np.minimum((moved + TINY) / (tone + TINY), ceiling)


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
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
