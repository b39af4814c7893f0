"""Lightroom's settings as a program: the way back of the side-car that `iea.export` writes.

Its tools are near ours, not the same. What has no tool here is named, unless it does nothing.
"""

from types import MappingProxyType
from typing import Any, NamedTuple

from iea.errors import InvalidError
from iea.export import REVERSED, SETTINGS
from iea.program import Program
from iea.tools import NAME, TOOLS, VERSION, Param
from training.importers.lightroom.frame import frame
from training.importers.lightroom.idle import (
    CURVE,
    Settings,
    does_nothing,
    flat,
    number,
    without_tool,
)

__all__ = ["Settings", "Translation", "translate"]

_SLIDERS = MappingProxyType(
    {place: setting for place, setting in SETTINGS.items() if not setting.startswith("Crop")}
)
"""The settings that are a number of a tool, whatever the others are."""


class Translation(NamedTuple):
    """A program, and the names of what it is without."""

    program: Program
    left_out: tuple[str, ...]


def translate(settings: Settings, size: tuple[int, int], orientation: int = 1) -> Translation:
    """Return the program that is nearest to some settings.

    `size` is the width and height of the upright photo, and `orientation` how its file stores it
    (EXIF, 1..8), for crops. A value beyond a tool's range is brought to its end, and named. Raises
    `InvalidError` for values that are none.
    """
    params, left_out = _sliders(settings)
    if CURVE in settings:
        params["tone_curve"] = {"points": _points(settings[CURVE])}
    if not does_nothing(settings, "ConvertToGrayscale"):
        params["black_and_white"] = {"amount": 100}
    params |= frame(settings, size, orientation)
    steps = [{"tool": tool, "params": given} for tool, given in params.items()]
    parsed = Program.parse({"toolset": {"name": NAME, "version": VERSION}, "steps": steps})
    program = Program(parsed.ordered)
    return Translation(program, (*left_out, *without_tool(settings)))


def _sliders(settings: Settings) -> tuple[dict[str, dict[str, Any]], list[str]]:
    params: dict[str, dict[str, Any]] = {}
    beyond = []
    for (tool, name), setting in _SLIDERS.items():
        if setting in settings:
            value = number(settings, setting) * (-1 if setting in REVERSED else 1)
            param = next(each for each in TOOLS[tool].params if each.name == name)
            assert isinstance(param, Param)
            kept = min(max(value, param.min), param.max)
            params.setdefault(tool, {})[name] = kept
            if kept != value:
                beyond.append(f"{setting} beyond {abs(kept):g}")
    return params, beyond


def _points(value: Any) -> list[tuple[float, float]]:
    """Return the points of a curve, 0..1, from numbers of 0..255."""
    try:
        numbers = [each / 255 for each in flat(value)]
        return list(zip(numbers[::2], numbers[1::2], strict=True))
    except (TypeError, ValueError, RecursionError):
        raise InvalidError(f"The curve {str(value)[:60]!r} is no list of points.") from None
