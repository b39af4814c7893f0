"""The toolset `iea16`: the published action space, for plans that were made for it.

Sixteen tools with one amount each, -100..100, values outside clamped. The order is fixed: light as
one table of bytes, colour by way of 8-bit HSV, effects in float, sharpness. Between these stages a
picture has 8 bit; one of 16 bit is rounded at the start. A plan is at most four passes.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from iea.tools._declare import Kernel
from iea.tools.iea16 import effects, hsv, sharpness, tables
from iea.tools.iea16._amounts import clamped
from iea.tools.iea16._codes import Floats
from iea.tools.iea16._declarations import TOOLS

__all__ = ["ALIASES", "NAME", "TOOLS", "VERSION", "Pass", "passes"]

NAME = "iea16"
VERSION = "1"

ALIASES: Mapping[str, str] = MappingProxyType(
    {"sharpen": "sharpness", "hue": "temperature", "lightness": "highlights"}
)
"""Other names that published plans use."""


class Pass(NamedTuple):
    """A kernel with its constants, and the neighbours and scratch planes that it needs."""

    kernel: Kernel
    constants: Floats
    halo: int
    scratch: int


def passes(steps: Mapping[str, Mapping[str, float]]) -> list[Pass]:
    """Return the passes of a plan: parameters by tool, in any order, aliases folded already.

    A plan whose amounts are all 0 has none: it leaves every picture as it is. Any other goes
    through HSV, which not every colour survives, even if its tools do nothing else. Of grain's
    parameters `seed`, 0..2^32 - 1, chooses the noise.
    """
    given = {name: clamped(params.get("amount", 0)) for name, params in steps.items()}
    amounts = {name: amount for name, amount in given.items() if amount}
    if not amounts:
        return []
    made = [Pass(hsv.adjust, hsv.prepare(amounts), 0, 0)]
    if not amounts.keys().isdisjoint(tables.NAMES):
        made.insert(0, Pass(tables.look_up, tables.prepare(amounts), 0, 0))
    if not amounts.keys().isdisjoint(effects.NAMES):
        seed = int(steps.get("grain", {}).get("seed", 0))
        made.append(Pass(effects.apply, effects.prepare(amounts, seed), 0, 0))
    if "sharpness" in amounts:
        made.append(Pass(sharpness.sharpen, sharpness.prepare(amounts), sharpness.RADIUS, 1))
    return made
