"""What a mask is: its parts, their numbers with their limits, and how it is read."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, ClassVar, Literal, Self, get_args

from iea.errors import InvalidError, Violation

MAX_PARTS = 8
"""Parts of one mask: each costs milliseconds, and nobody means more."""

Op = Literal["add", "and", "minus"]
RegionName = Literal["subject", "sky", "face", "background"]
Fault = Callable[[str, str], None]
"""Takes what is wrong with an input: where (a path), and what."""


def _limits(low: float, high: float, default: Any = MISSING, *, above: bool = False) -> Any:
    """Declare a number within low..high; `above` shuts `low` itself out."""
    return field(default=default, metadata={"low": low, "high": high, "above": above})


def _feather() -> Any:
    return _limits(0, 100, 50.0)


@dataclass(frozen=True)
class Linear:
    """A gradient: 1 at and before the first point, 0 at and after the second.

    Points are shares of the photo's width and height, from its upper left corner.
    """

    kind: ClassVar = "linear"
    x1: float = _limits(-1, 2)
    y1: float = _limits(-1, 2)
    x2: float = _limits(-1, 2)
    y2: float = _limits(-1, 2)


@dataclass(frozen=True)
class Radial:
    """An ellipse: 1 inside, 0 outside.

    Its centre and its radii are shares of the photo's width and height; `angle` turns it clockwise,
    in degrees. `feather` is the share of the radius, in percent, over which it fades inwards.
    """

    kind: ClassVar = "radial"
    x: float = _limits(-1, 2)
    y: float = _limits(-1, 2)
    width: float = _limits(0, 2, above=True)
    height: float = _limits(0, 2, above=True)
    angle: float = _limits(-180, 180, 0.0)
    feather: float = _feather()


@dataclass(frozen=True)
class Luminance:
    """The pixels with a lightness L* of low..high; `feather` fades up to 20 L* around each end."""

    kind: ClassVar = "luminance"
    low: float = _limits(0, 100)
    high: float = _limits(0, 100)
    feather: float = _feather()


@dataclass(frozen=True)
class Colour:
    """The pixels with a hue near one: CIELAB's angle in degrees, give or take `range`.

    Greys fade out of it. `feather` is the share of the range, in percent, over which it fades.
    """

    kind: ClassVar = "colour"
    hue: float = _limits(0, 360)
    range: float = _limits(1, 180)
    feather: float = _feather()


@dataclass(frozen=True)
class Region:
    """What the photo shows: found on it, and empty where it shows none."""

    kind: ClassVar = "region"
    name: RegionName
    feather: float = _feather()


Shape = Linear | Radial | Luminance | Colour | Region
_SHAPES: dict[str, type[Shape]] = {shape.kind: shape for shape in get_args(Shape)}


@dataclass(frozen=True)
class Part:
    """One shape, and how it joins the parts before it.

    With m for the mask so far and p for the part: `add` is 1 - (1 - m)(1 - p), `and` is m p,
    `minus` is m (1 - p). `invert` makes 1 - p of p first.
    """

    shape: Shape
    op: Op = "add"
    invert: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the part as it stands in programs, with every field."""
        common = {"kind": self.shape.kind, "op": self.op, "invert": self.invert}
        return {**common, **asdict(self.shape)}


@dataclass(frozen=True)
class Mask:
    """Where a step works: with all its strength at 1, not at all at 0."""

    parts: tuple[Part, ...]
    invert: bool = False

    @classmethod
    def parse(cls, value: Any, where: str = "mask") -> Self:
        """Validate a mask given as parsed JSON; `where` is the path that violations start with.

        Raises `InvalidError` with every violation found.
        """
        faults: list[Violation] = []
        mask = read_mask(value, where, lambda at, what: faults.append(Violation(at, what)))
        if mask is None:
            first, *rest = faults
            more = f" (and {len(rest)} more)" if rest else ""
            raise InvalidError(f"{first.field} {first.description}{more}.", faults)
        return cls(mask.parts, mask.invert)

    def to_json(self) -> dict[str, Any]:
        """Return the mask as it stands in programs, with every field."""
        return {"parts": [part.to_json() for part in self.parts], "invert": self.invert}


def read_mask(value: Any, where: str, fault: Fault) -> Mask | None:
    """Read a mask given as parsed JSON, telling `fault` all that is wrong; None if anything is."""
    reader = _Reader(fault)
    mask = reader.mask(value, where)
    return None if reader.faulty else mask


@dataclass
class _Reader:
    """Walks a parsed mask and tells what is wrong with it."""

    tell: Fault
    faulty: bool = False

    def mask(self, value: Any, where: str) -> Mask | None:
        if not self._object(value, where, {"parts"}, {"parts", "invert"}):
            return None
        parts, here = value["parts"], f"{where}.parts"
        if not isinstance(parts, list | tuple) or not 1 <= len(parts) <= MAX_PARTS:
            self._fault(here, f"must be a list of 1 to {MAX_PARTS} parts")
            return None
        read = [self._part(part, f"{here}[{i}]") for i, part in enumerate(parts)]
        good = tuple(part for part in read if part is not None)
        if read[0] is not None and read[0].op != "add":
            self._fault(f"{here}[0].op", "must be 'add': there is nothing before the first part")
        return Mask(good, self._flag(value, where))

    def _fault(self, where: str, what: str) -> None:
        self.faulty = True
        self.tell(where, what)

    def _object(self, value: Any, where: str, required: set[str], known: set[str]) -> bool:
        if not isinstance(value, Mapping):
            self._fault(where, "must be an object")
            return False
        for key in sorted(required - value.keys()):
            self._fault(f"{where}.{key}", "is missing")
        for key in sorted(str(key)[:80] for key in value.keys() - known):
            self._fault(f"{where}.{key}", f"is unknown: use {', '.join(sorted(known))}")
        return required <= value.keys()

    def _part(self, value: Any, where: str) -> Part | None:
        kind = value.get("kind") if isinstance(value, Mapping) else None
        shape = _SHAPES.get(kind) if isinstance(kind, str) else None
        if shape is None:
            self._fault(f"{where}.kind", f"must be one of {', '.join(_SHAPES)}")
            return None
        own = fields(shape)
        required = {f.name for f in own if f.default is MISSING}
        known = {f.name for f in own} | {"kind", "op", "invert"}
        if not self._object(value, where, required, known):
            return None
        read = {f.name: self._field(f, value, where) for f in own}
        op = self._word(value.get("op", "add"), get_args(Op), f"{where}.op")
        invert = self._flag(value, where)
        if self.faulty:
            return None
        made = shape(**read)
        self._check(made, where)
        return Part(made, op, invert)

    def _field(self, declared: Any, value: Mapping[str, Any], where: str) -> Any:
        given, here = value.get(declared.name, declared.default), f"{where}.{declared.name}"
        if not declared.metadata:
            return self._word(given, get_args(RegionName), here)
        return self._number(given, here, **declared.metadata)

    def _number(self, value: Any, where: str, low: float, high: float, above: bool) -> float:
        if not _is_number(value):
            self._fault(where, "must be a finite number")
        elif not low <= value <= high or (above and value == low):
            allowed = f"above {low:g}, up to {high:g}" if above else f"within {low:g}..{high:g}"
            self._fault(where, f"is {value:g}, but must be {allowed}")
        else:
            return float(value)
        return low

    def _word(self, value: Any, known: tuple[str, ...], where: str) -> Any:
        if not isinstance(value, str) or value not in known:
            self._fault(where, f"must be one of {', '.join(known)}")
        return value

    def _flag(self, value: Mapping[str, Any], where: str) -> bool:
        flag = value.get("invert", False)
        if not isinstance(flag, bool):
            self._fault(f"{where}.invert", "must be true or false")
        return flag is True

    def _check(self, shape: Shape, where: str) -> None:
        """Look at numbers that must fit each other."""
        if isinstance(shape, Linear) and (shape.x1, shape.y1) == (shape.x2, shape.y2):
            self._fault(f"{where}.x2", "and y2 must be another point than x1 and y1")
        if isinstance(shape, Luminance) and shape.low >= shape.high:
            self._fault(f"{where}.high", f"is {shape.high:g}, but must be above low")


def _is_number(value: Any) -> bool:
    # Also false for NaN, and for whole numbers too large for a float.
    limit = sys.float_info.max
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and -limit <= value <= limit
    )
