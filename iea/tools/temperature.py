"""Temperature: the light made warmer or cooler, with the luma kept.

Gains in linear light of 2^(0.6 s) on red and 2^(-0.9 s) on blue, s = amount / 100, brought to
encoded values by the exponent 1 / 2.4; then the pixel is scaled back to its luma.
"""

import numpy as np

from iea.tools._declare import Constants, Frame, Param, Pixels, Planes, Target, Tool, Words, kernel
from iea.tools._pixel import TINY, luma, reference_luma

_TINY = np.float32(TINY)


def _prepare(amount: float) -> tuple[float, ...]:
    s = amount / 100
    return 2.0 ** (0.6 * s / 2.4), 1.0, 2.0 ** (-0.9 * s / 2.4)


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
    name="temperature",
    stage="colour",
    order=10,
    purpose="Makes the light warmer or cooler.",
    params=(Param("amount", "", -100, 100, 0, "cooler, bluer", "warmer, more golden"),),
    words=Words(
        names=(
            "temperature",
            "warmth",
            "white balance",
            "color temperature",
            "colour temperature",
            "kelvin",
            "heat",
            "warm tone",
            "warm tones",
        ),
        plus=(
            "warmer",
            "warm",
            "warm up",
            "golden",
            "cosy",
            "cozy",
            "cosier",
            "cozier",
            "yellower",
            "toasty",
            "toastier",
            "heat up",
            "warming",
            "warmed up",
            "more yellow",
            "more gold",
            "more orange",
            "amber",
            "orangey glow",
            "honey",
            "warmly",
            "goldener",
            "warmed",
            "yellow",
            "orange",
            "hotter",
            "less blue",
            "fireside",
            "hygge",
        ),
        minus=(
            "cooler",
            "cool",
            "colder",
            "cold",
            "bluer",
            "cool down",
            "cool off",
            "chillier",
            "bluish look",
            "more blue",
            "cooling",
            "cooled",
            "steely",
            "blue",
            "icier",
            "cool tone",
            "cool tones",
            "cold tones",
            "cold tone",
            "less yellow",
            "less orange",
            "arctic blue",
        ),
        lacks=(
            "cold",
            "blue",
            "bluish",
            "blueish",
            "chilly",
            "freezing",
            "clinical",
            "sterile",
            "blue cast",
            "blue tint",
            "blue tone",
            "hospital",
            "like a morgue",
            "like a corpse",
            "frigid",
            "too blue",
            "wintery",
        ),
        excess=(
            "warm",
            "yellow",
            "yellowish",
            "yellowy",
            "orange",
            "orangey",
            "orangy",
            "jaundiced",
            "yellow cast",
            "orange cast",
            "yellow tint",
            "orange tint",
            "yellow tone",
            "like an oompa loompa",
            "like a carrot",
            "tungsten",
            "sepia",
            "muddy yellow",
            "tanned",
            "like cheeto",
            "sunburnt",
            "sunburned",
        ),
    ),
    target=Target("b", 6),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
