"""The sixteen tools, in the order in which they are applied."""

from collections.abc import Mapping
from types import MappingProxyType

from iea.tools._declare import Param, Stage, Tool

_ROWS: tuple[tuple[str, Stage, str, str, str], ...] = (
    ("exposure", "light", "Doubles or halves the light.", "darker", "brighter"),
    ("brightness", "light", "Adds the same to every tone.", "darker", "brighter"),
    ("contrast", "light", "Spreads tones away from middle grey.", "flatter", "punchier"),
    ("fade", "light", "Lifts the darks to a washed-out look.", "nothing", "washed out"),
    (
        "natural_contrast",
        "light",
        "Bends tones along an S; near 0 all turns grey, below 0 the picture is inverted.",
        "inverted",
        "punchier",
    ),
    ("highlights", "light", "Lifts or lowers the tones above black.", "darker", "brighter"),
    ("shadows", "light", "Lifts or lowers dark tones.", "darker shadows", "lighter shadows"),
    ("whites", "light", "Moves the white point.", "greyer whites", "whiter whites"),
    ("blacks", "light", "Moves the black point.", "deeper blacks", "greyer blacks"),
    ("saturation", "colour", "Strengthens or weakens all colours.", "greyer", "more colourful"),
    ("vibrance", "colour", "Weakens colours; above 0 it does nothing.", "greyer", "nothing"),
    ("temperature", "colour", "Makes the picture cooler or warmer.", "cooler", "warmer"),
    ("tint", "colour", "Shifts colours to magenta or green.", "more magenta", "greener"),
    ("grain", "effects", "Adds the grain of film.", "nothing", "grainier"),
    ("vignette", "effects", "Darkens or lightens the corners.", "light corners", "dark corners"),
    ("sharpness", "detail", "Sharpens or blurs.", "blurred", "sharper"),
)

_SEED = Param("seed", "", 0, 2**32 - 1, 0, "another grain", "another grain", integer=True)


def _tool(order: int, name: str, stage: Stage, purpose: str, minus: str, plus: str) -> Tool:
    amount = Param("amount", "", -100, 100, 0, minus, plus)
    params = (amount, _SEED) if name == "grain" else (amount,)
    return Tool(name, stage, order, purpose, params)


TOOLS: Mapping[str, Tool] = MappingProxyType(
    {row[0]: _tool(10 * i, *row) for i, row in enumerate(_ROWS, start=1)}
)
"""Every tool by name, in pipeline order."""
