"""How amounts, -100..100, become the numbers of the formulas."""

from collections.abc import Mapping

Amounts = Mapping[str, float]
"""Tools that are used, and how much: -100..100, without zeros."""

MOST = 100.0


def clamped(amount: float) -> float:
    """Bring an amount into -100..100."""
    return min(max(amount, -MOST), MOST)


def whole(amount: float, low: float, high: float) -> float:
    """Map -100..100 to low..high."""
    return low + (clamped(amount) + MOST) / (2 * MOST) * (high - low)


def upper(amount: float, low: float, high: float) -> float:
    """Map 0..100 to low..high; an amount below 0 counts as 0."""
    return low + max(clamped(amount), 0.0) / MOST * (high - low)
