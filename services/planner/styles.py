"""Styles: readable recipes of several tools in `styles.toml`, solved on the photo like wishes."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from iea.tools import TOOLS, Param, Value
from services.planner.backend import Look, Wish

MOST = 1.5
"""By how much fixed amounts of a recipe grow at most, whatever the degree."""
_STEADY = ("hue", "midpoint", "roundness", "feather", "balance")
"""What parameters are called that no degree makes stronger."""


@cache
def recipes() -> Mapping[str, Mapping[str, Any]]:
    """Return the recipes by name: `about`, shares of plain wishes (`solved`), and fixed `steps`."""
    return tomllib.loads(Path(__file__).with_name("styles.toml").read_text("utf-8"))


def wishes_of(look: Look) -> tuple[Wish, ...]:
    """Return the wishes that make a look, or those that take it away."""
    wishes = _wishes(look, recipes()[look.style])
    if look.gone:
        wishes = (replace(w, direction=-w.direction, how="remove", also={}) for w in wishes)
    return tuple(wishes)


def _wishes(look: Look, recipe: Mapping[str, Any]) -> Iterator[Wish]:
    said = partial(Wish, words=look.words, region=look.region, look=look.style)
    for tool, share in recipe.get("solved", {}).items():
        yield said(tool, 1 if share > 0 else -1, abs(share) * look.degree)
    for tool, params in recipe.get("steps", {}).items():
        if look.region and not TOOLS[tool].masks:
            continue
        grown = {name: _grown(tool, name, value, look.degree) for name, value in params.items()}
        name = next(iter(grown))
        number = grown.pop(name)
        assert isinstance(number, int | float)
        sign = -1 if number < 0 else 1
        yield said(tool, sign, how="set", number=number, param=name, also=grown)


def _grown(tool: str, name: str, value: float, degree: float) -> Value:
    param = next(p for p in TOOLS[tool].params if p.name == name)
    if not isinstance(param, Param) or (tool != "color_mixer" and name.endswith(_STEADY)):
        return value
    if tool == "black_and_white" and value == param.max:
        return value  # a hint of noir has no colour either
    return min(max(round(value * min(degree, MOST), 1), param.min), param.max)
