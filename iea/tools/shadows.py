"""Shadows: the dark tones above black, lifted or deepened; black and white stay.

The largest channel m becomes m (1 + s (1 - m)^3), which is monotone for -1 <= s <= 4; the others
follow in proportion, so colours in the dark keep their hue.
"""

import numpy as np

from iea.tools._declare import Constants, Frame, Param, Pixels, Planes, Target, Tool, Words, kernel
from iea.tools._pixel import reference_peak, unit

_ONE = np.float32(1)


def _prepare(amount: float) -> tuple[float, ...]:
    return (amount / 100 * (2.5 if amount > 0 else 1.0),)


@kernel
def _kernel(planes: Planes, scratch: Planes, frame: Frame, constants: Constants) -> None:
    strength = constants[0]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            peak = unit(max(max(r[x], g[x]), b[x]))
            rest = _ONE - peak
            ratio = _ONE + strength * rest * rest * rest
            r[x] *= ratio
            g[x] *= ratio
            b[x] *= ratio


def _reference(rgb: Pixels, amount: float) -> Pixels:
    (strength,) = _prepare(amount)
    peak = np.clip(reference_peak(rgb), 0, 1)
    return rgb * (1 + strength * (1 - peak) ** 3)


TOOL = Tool(
    name="shadows",
    stage="light",
    order=40,
    purpose="Lifts the dark tones so that they show detail, or deepens them; black stays black.",
    params=(Param("amount", "", -100, 100, 0, "deeper dark areas", "detail in dark areas"),),
    words=Words(
        names=(
            "shadows",
            "shadow",
            "dark parts",
            "dark areas",
            "darks",
            "dark bits",
            "dark ones",
            "dark corner",
            "dark spots",
            "darker areas",
            "darker parts",
            "darkest parts",
            "shadow areas",
            "dark tones",
            "dark regions",
            "darker bits",
            "shady parts",
            "shadow detail",
        ),
        plus=(
            "open up",
            "fill light",
            "see more in the dark",
            "detail in dark",
            "open shadows",
            "brighter shadows",
            "lighter shadows",
            "fill in",
            "lift dark",
            "reveal",
            "shadow detail",
            "detail in shadows",
            "softer shadows",
            "see faces",
            "see her face",
            "see his face",
            "see face",
            "see detail in dark",
            "fill flash",
        ),
        minus=(
            "deeper shadows",
            "crush",
            "darker shadows",
            "stronger shadows",
            "heavier shadows",
            "moodier shadows",
            "deep shadows",
            "more shadow",
            "crushed shadows",
            "more shadows",
        ),
        lacks=(
            "can not see her face",
            "can not see his face",
            "can not see my face",
            "can not see face",
            "can not see their faces",
            "can not see faces",
            "can not see people",
            "can not see us",
            "can not see me",
            "can not see him",
            "can not see them",
            "can not see her",
            "backlit",
            "back lit",
            "silhouette",
            "silhouettes",
            "against the light",
            "against the sun",
            "lost in shadow",
            "hidden in shadow",
            "in the dark",
            "in shadow",
            "in the shade",
            "not see her face",
            "not see face",
            "not see faces",
            "not see anyone",
            "harsh shadows",
            "strong shadows",
            "hard shadows",
            "deep dark shadows",
            "heavy shadows",
            "can not make out",
            "can barely make out",
            "barely make out",
            "hardly see her face",
            "barely see her face",
            "barely see face",
            "hardly see face",
            "can barely see",
            "can hardly see",
            "contre jour",
            "swallowed by dark",
            "hidden in dark",
            "faces are dark",
            "face is dark",
        ),
    ),
    target=Target("shadows", 6),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
