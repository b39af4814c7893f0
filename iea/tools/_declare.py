"""What a tool declares about itself. Everything else in the platform is derived from it."""

import itertools
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from iea.native import Array, Compiled
from iea.native import inline as inline

Stage = Literal["light", "colour", "detail", "geometry", "effects"]
STAGES: tuple[Stage, ...] = ("light", "colour", "detail", "geometry", "effects")

Pixels = npt.NDArray[np.float64]
"""A picture for a reference formula: (height, width, 3), encoded RGB, 0..1."""

Planes = npt.NDArray[np.float32]
"""A block for a kernel: (3, rows, columns), encoded RGB; 0..1 when nothing overshoots."""

Frame = npt.NDArray[np.int64]
"""Where a block lies: x and y of its first pixel, width and height of the whole picture."""

Constants = npt.NDArray[np.float32]
"""What `prepare` or `survey` made of the parameters: numbers and tables, in one row."""

Maps = npt.NDArray[np.float32]
"""What `survey` found on a small copy, enlarged to a block: (n, rows, columns)."""

Value = float | str | tuple[tuple[float, float], ...]
"""A parameter's value: a number, a choice or a file's digest, or points of a curve."""

Kernel = Compiled
"""A tool's loop over the pixels of a block, compiled when a program first needs it."""


def kernel(function: Callable[..., None]) -> Kernel:
    """Make a kernel of a function.

    All have the same arguments, so that the engine calls them from a list: planes, changed in
    place; as many scratch planes of their rows and columns as the tool declares; the frame; the
    constants; and the maps.
    """
    planes, constants = Array(3), Array(1, readonly=True)
    return Compiled(
        function, (planes, planes, Array(1, np.int64, readonly=True), constants, planes)
    )


@dataclass(frozen=True)
class Param:
    """One number of a tool: its range, and what less and more of it look like."""

    name: str
    unit: str
    min: float
    max: float
    default: float
    minus: str
    plus: str
    integer: bool = False

    def read(self, value: Any) -> float:
        """Return a valid value; ValueError says what is wrong with it."""
        if not _is_number(value):
            raise ValueError("must be a finite number")
        if not self.min <= value <= self.max:
            raise ValueError(f"is {value:g}, outside {self.min:g}..{self.max:g}")
        if self.integer and value != int(value):
            raise ValueError(f"is {value:g}, but must be a whole number")
        return int(value) if self.integer else float(value)

    def describe(self) -> dict[str, Any]:
        """Return the declaration as JSON."""
        described = {key: getattr(self, key) for key in ("name", "unit", "min", "max", "default")}
        return {**described, "minus": self.minus, "plus": self.plus}

    def about(self) -> str:
        """Say in a line what values there are."""
        numbers = f"{self.min:g}..{self.max:g} {self.unit}".rstrip() + f", default {self.default:g}"
        return f"{numbers}; less: {self.minus}; more: {self.plus}"


@dataclass(frozen=True)
class Choice:
    """A parameter that is one of a few words."""

    name: str
    choices: tuple[str, ...]
    default: str

    def read(self, value: Any) -> str:
        """Return a valid value; ValueError says what is wrong with it."""
        if value not in self.choices:
            raise ValueError(f"is {str(value)[:40]!r}: use one of {', '.join(self.choices)}")
        return str(value)

    def describe(self) -> dict[str, Any]:
        """Return the declaration as JSON."""
        choices = list(self.choices)
        return {"name": self.name, "kind": "choice", "choices": choices, "default": self.default}

    def about(self) -> str:
        """Say in a line what values there are."""
        return f"{', '.join(self.choices)}; default {self.default}"


@dataclass(frozen=True)
class Points:
    """A parameter that is a curve: points (x, y) in 0..1, x growing, at most `most` of them."""

    name: str
    default: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))
    most: int = 16

    def read(self, value: Any) -> tuple[tuple[float, float], ...]:
        """Return a valid value; ValueError says what is wrong with it."""
        fault = f"must be 2 to {self.most} points [x, y] in 0..1"
        if not isinstance(value, list | tuple) or not 2 <= len(value) <= self.most:
            raise ValueError(fault)
        for point in value:
            if not isinstance(point, list | tuple) or len(point) != 2:
                raise ValueError(fault)
            if not all(_is_number(number) and 0 <= number <= 1 for number in point):
                raise ValueError(fault)
        points = tuple((float(x), float(y)) for x, y in value)
        if any(b[0] - a[0] < 1 / 1024 for a, b in itertools.pairwise(points)):
            raise ValueError("must have x growing by 1/1024 or more from point to point")
        return points

    def describe(self) -> dict[str, Any]:
        """Return the declaration as JSON."""
        default = [list(point) for point in self.default]
        return {"name": self.name, "kind": "points", "most": self.most, "default": default}

    def about(self) -> str:
        """Say in a line what values there are."""
        return f"2 to {self.most} points [x, y] in 0..1; default a straight line"


@dataclass(frozen=True)
class File:
    """A parameter that names a file by the SHA-256 of its bytes; "" is none."""

    name: str
    format: str
    default: str = ""

    def read(self, value: Any) -> str:
        """Return a valid value; ValueError says what is wrong with it."""
        if not isinstance(value, str) or not re.fullmatch(r"([0-9a-f]{64})?", value):
            raise ValueError(f"must be the SHA-256 of a {self.format} file, 64 hexadecimal digits")
        return value

    def describe(self) -> dict[str, Any]:
        """Return the declaration as JSON."""
        return {"name": self.name, "kind": "file", "format": self.format, "default": self.default}

    def about(self) -> str:
        """Say in a line what values there are."""
        return f"the SHA-256 of a {self.format} file; default none"


def _is_number(value: Any) -> bool:
    # Also false for NaN, and for whole numbers too large for a float.
    limit = sys.float_info.max
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and -limit <= value <= limit
    )


@dataclass(frozen=True)
class Target:
    """What a plain wish for this tool should do to a picture, on a measured attribute.

    `change` is the signed difference of `attribute` (see `iea.measure`) that "more of this tool"
    means without a word of degree. Without an attribute that tells what the tool does, it is the
    plain amount of its main parameter. A change of 0 is no target.
    """

    attribute: str
    change: float


@dataclass(frozen=True)
class Copy:
    """A small copy of a picture, each of its pixels the mean of `step` by `step` pixels."""

    planes: Planes
    step: int


class Scene(Protocol):
    """The whole picture that a step meets, as far as its `survey` may look at it."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""

    def small(self, side: int) -> Copy:
        """Return a copy, neither side above `side`, of the picture as it is before the step."""

    def file(self, sha256: str) -> bytes:
        """Return the bytes of a file that a parameter names; `NotFoundError` without it."""


@dataclass(frozen=True)
class Survey:
    """What a look at the whole picture gave: constants, and maps that are enlarged bilinearly.

    `maps` is (n, rows, columns), each of its pixels standing for `step` by `step` of the picture.
    """

    constants: Sequence[float] | npt.NDArray[Any]
    maps: Maps | None = None
    step: int = 1


@dataclass(frozen=True)
class Tool:
    """One parameterised operation.

    How it works is one of:
    - `curve(x, **params)`: a tone tool. For values x (float64, 0..1) of a pixel's largest channel
      it returns scale and offset; every channel becomes scale * channel + offset. The engine makes
      one table of all tone tools that follow each other.
    - `kernel` with `prepare(**params)`, its constants (float64, rounded once to float32), or, where
      they depend on the photo or a file, with `survey(scene, **params)`. `halo` is how many
      neighbouring pixels the kernel needs on every side; `scratch` how many planes to work with.
    - `geometry(size, **params)`: moves pixels instead of changing them; see `iea.render`.

    `reference` is the same in plain NumPy float64 on (height, width, 3) of the whole picture; a
    tone tool has its own from its curve. `active(**params)` tells whether a step does anything; by
    default it does unless its main parameter stands at its default. `fault(**params)` says what is
    wrong with parameters that are right one by one, "" for nothing.
    """

    name: str
    stage: Stage
    order: int
    purpose: str
    params: tuple[Param | Choice | Points | File, ...]
    words: tuple[str, ...] = ()
    """What people call it."""
    target: Target = Target("", 0.0)
    curve: Callable[..., tuple[Pixels, Pixels]] | None = None
    prepare: Callable[..., Sequence[float]] | None = None
    survey: Callable[..., Survey] | None = None
    kernel: Kernel | None = None
    geometry: Callable[..., Any] | None = None
    reference: Callable[..., Pixels] | None = None
    halo: int = 0
    scratch: int = 0
    active: Callable[..., bool] | None = None
    fault: Callable[..., str] | None = None

    @property
    def masks(self) -> bool:
        """Whether a step of this tool may have a mask."""
        return self.stage in ("light", "colour", "detail")

    @property
    def solvable(self) -> bool:
        """Whether the planner can find how strong a step must be: there is a target to meet."""
        return self.target.attribute != ""

    @property
    def main(self) -> Param:
        """The parameter that "more" and "less" move: the first number."""
        return next(param for param in self.params if isinstance(param, Param))

    def defaults(self) -> dict[str, Value]:
        """Every parameter at its default, where the tool changes nothing."""
        return {p.name: p.default for p in self.params}

    def is_neutral(self, params: Mapping[str, Value]) -> bool:
        """Tell whether a step with these parameters leaves every picture as it is."""
        filled = {**self.defaults(), **params}
        if self.active is not None:
            return not self.active(**filled)
        return filled[self.main.name] == self.main.default


@dataclass(frozen=True)
class Toolset:
    """A named, versioned set of tools, in pipeline order."""

    name: str
    version: str
    tools: Mapping[str, Tool]
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names that programs may use for a tool."""
    plain: bool = False
    """Whether values outside a range are brought into it, and each tool comes once, unmasked."""

    def place(self, tool: Tool) -> tuple[int, int]:
        """Return where a tool stands in the pipeline; in a plain toolset its order alone counts."""
        return 0 if self.plain else STAGES.index(tool.stage), tool.order
