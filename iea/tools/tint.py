"""Tint: the light's balance between green and magenta, with the luma kept.

A gain in linear light of 2^(-0.6 s) on green and 2^(0.3 s) on red and blue, s = amount / 100,
brought to encoded values by the exponent 1 / 2.4; then the pixel is scaled back to its luma.
"""

import numpy as np

from iea.tools._declare import Constants, Frame, Param, Pixels, Planes, Target, Tool, Words, kernel
from iea.tools._pixel import TINY, luma, reference_luma

_TINY = np.float32(TINY)


def _prepare(amount: float) -> tuple[float, ...]:
    s = amount / 100
    side = 2.0 ** (0.3 * s / 2.4)
    return side, 2.0 ** (-0.6 * s / 2.4), side


@kernel
def _kernel(planes: Planes, scratch: Planes, frame: Frame, constants: Constants) -> None:
    red, green, blue = constants[0], constants[1], constants[2]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            before = luma(r[x], g[x], b[x])
            nr, ng, nb = r[x] * red, g[x] * green, b[x] * blue
            ratio = (before + _TINY) / (luma(nr, ng, nb) + _TINY)
            r[x] = nr * ratio
            g[x] = ng * ratio
            b[x] = nb * ratio


def _reference(rgb: Pixels, amount: float) -> Pixels:
    moved = rgb * np.array(_prepare(amount))
    return moved * (reference_luma(rgb) + TINY) / (reference_luma(moved) + TINY)


TOOL = Tool(
    name="tint",
    stage="colour",
    order=20,
    purpose="Balances the light between green and magenta.",
    params=(Param("amount", "", -100, 100, 0, "greener", "pinker, more magenta"),),
    words=Words(
        names=(
            "tint",
            "magenta green balance",
        ),
        plus=(
            "pinker",
            "pink",
            "magenta",
            "rosier",
            "rosy",
            "more magenta",
            "more pink",
            "less green",
            "rose",
            "blush",
            "pinky",
            "rosier cheeks",
        ),
        minus=(
            "greener",
            "green",
            "more green",
            "less magenta",
            "less pink",
            "less purple",
        ),
        lacks=(
            "green",
            "greenish",
            "sickly",
            "green cast",
            "green tint",
            "sick",
            "ill",
            "nauseous",
            "like aliens",
            "like an alien",
            "like hulk",
            "greeny",
            "like shrek",
            "unwell",
            "green tone",
            "fluorescent",
            "queasy",
        ),
        excess=(
            "pink",
            "pinkish",
            "magenta",
            "purple",
            "purplish",
            "pink cast",
            "pink tint",
            "magenta cast",
            "purple cast",
            "purple tint",
            "reddish",
            "red cast",
            "red",
            "like a lobster",
            "like a tomato",
            "like lobsters",
            "flushed",
            "ruddy",
            "pink tone",
            "magenta tint",
        ),
    ),
    target=Target("a", 4),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
