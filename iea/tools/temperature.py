"""Temperature: the light made warmer or cooler, with the luma kept.

Gains in linear light of 2^(0.6 s) on red and 2^(-0.9 s) on blue, s = amount / 100, brought to
encoded values by the exponent 1 / 2.4; then the pixel is scaled back to its luma.
"""

from iea.tools._balance import balance, reference_balance
from iea.tools._declare import Param, Pixels, Target, Tool


def _prepare(amount: float) -> tuple[float, ...]:
    s = amount / 100
    return 2.0 ** (0.6 * s / 2.4), 1.0, 2.0 ** (-0.9 * s / 2.4)


def _reference(rgb: Pixels, amount: float) -> Pixels:
    return reference_balance(rgb, _prepare(amount))


TOOL = Tool(
    name="temperature",
    stage="colour",
    order=10,
    purpose="Makes the light warmer or cooler.",
    params=(Param("amount", "", -100, 100, 0, "cooler, bluer", "warmer, more golden"),),
    words=(
        "temperature",
        "warmth",
        "white balance",
        "color temperature",
        "colour temperature",
        "kelvin",
    ),
    target=Target("b", 6),
    prepare=_prepare,
    kernel=balance,
    reference=_reference,
)
