"""Which settings of Lightroom change a picture, and which of those no tool here has."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from iea.errors import InvalidError
from iea.export import SETTINGS

Settings = Mapping[str, Any]
"""Values by name, without the prefix `crs:`: numbers, texts, lists, or settings again."""

CURVE = "ToneCurvePV2012"
_READ = frozenset({*SETTINGS.values(), CURVE, "ConvertToGrayscale", "HasCrop"})


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def number(settings: Settings, name: str) -> float:
    """Return a setting that is a number; raises `InvalidError` where it is none."""
    given = settings[name]
    try:
        value = math.nan if isinstance(given, bool) else float(given)
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise InvalidError(f"The setting {name} is {str(given)[:40]!r}: it must be a number.")
    return value


def flat(value: Any) -> list[float]:
    """Return the numbers of a list, of texts such as "0, 0", or of lists in it.

    Raises `ValueError` or `TypeError` where one is none, `RecursionError` for lists without end.
    """
    if isinstance(value, str):
        return [float(part) for part in value.split(",")]
    if isinstance(value, int | float):
        return [float(value)]
    parts = value.values() if isinstance(value, Mapping) else value
    return [each for part in parts for each in flat(part)]


def does_nothing(settings: Settings, name: str) -> bool:
    """Tell whether a setting is not there, or stands where it leaves every picture as it is."""
    value = settings.get(name)
    if isinstance(value, Mapping):
        switches = [key for key in ("Active", "Name") if key in value]
        return not value or (bool(switches) and all(does_nothing(value, key) for key in switches))
    if value is None or str(value).strip().casefold() in _table()["plain"]:
        return True
    try:
        numbers = flat(value)
    except (TypeError, ValueError, RecursionError):
        return False
    at = _table()["stands_at"].get(name, 0)
    straight = len(numbers) > 1 and numbers[::2] == numbers[1::2]
    return straight or all(each == at for each in numbers)


def without_tool(settings: Settings) -> Iterator[str]:
    """Yield the names of the settings that change the picture and that no tool here has."""
    table = _table()
    for name in settings:
        if name in _READ or name in table["about"]:
            continue
        if name.startswith(tuple(table["about_starts"])):
            continue
        if name in ("Temperature", "Tint") and settings.get("WhiteBalance") == "As Shot":
            continue
        shaped = table["shapes"].get(name)
        if shaped and all(does_nothing(settings, each) for each in shaped):
            continue
        if not does_nothing(settings, name):
            yield name
