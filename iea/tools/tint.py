"""Tint: the light's balance between green and magenta, with the luma kept.

A gain in linear light of 2^(-0.6 s) on green and 2^(0.3 s) on red and blue, s = amount / 100,
brought to encoded values by the exponent 1 / 2.4; then the pixel is scaled back to its luma.
"""

from iea.tools._balance import balance, reference_balance
from iea.tools._declare import Param, Pixels, Target, Tool


def _prepare(amount: float) -> tuple[float, ...]:
    s = amount / 100
    side = 2.0 ** (0.3 * s / 2.4)
    return side, 2.0 ** (-0.6 * s / 2.4), side


def _reference(rgb: Pixels, amount: float) -> Pixels:
    return reference_balance(rgb, _prepare(amount))


TOOL = Tool(
    name="tint",
    stage="colour",
    order=20,
    purpose="Balances the light between green and magenta.",
    params=(Param("amount", "", -100, 100, 0, "greener", "pinker, more magenta"),),
    words=("tint", "magenta green balance"),
    target=Target("a", 4),
    prepare=_prepare,
    kernel=balance,
    reference=_reference,
)
