"""What a tool declares about itself. Everything else in the platform is derived from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from numba import njit, types

Stage = Literal["light", "colour", "detail", "effects"]
STAGES: tuple[Stage, ...] = ("light", "colour", "detail", "effects")

Pixels = npt.NDArray[np.float64]
"""A picture for a reference formula: (height, width, 3), encoded RGB, 0..1."""

Planes = npt.NDArray[np.float32]
"""A block for a kernel: (3, rows, columns), encoded RGB; 0..1 when nothing overshoots."""

Frame = npt.NDArray[np.int64]
"""Where a block lies: x and y of its first pixel, width and height of the whole picture."""

Constants = npt.NDArray[np.float32]
"""What `prepare` made of the parameters."""

_PLANES_TYPE = types.Array(types.float32, 3, "C")
_CONSTANTS_TYPE = types.Array(types.float32, 1, "C", readonly=True)
_FRAME_TYPE = types.Array(types.int64, 1, "C", readonly=True)

SIGNATURE = types.void(_PLANES_TYPE, _PLANES_TYPE, _FRAME_TYPE, _CONSTANTS_TYPE)
"""Every kernel's arguments: planes, changed in place; scratch planes of their shape; the frame; and
the constants. One signature for all, so that the engine calls them from a list."""


class Kernel(types.WrapperAddressProtocol):
    """A compiled function with the arguments of `SIGNATURE`, ready for the engine's list.

    It gives its address itself: a list of plain Numba functions would compile an append for each,
    a sixth of a second a tool at every start.
    """

    def __init__(self, function: Callable[..., None]) -> None:
        compiled = njit(SIGNATURE, cache=True, nogil=True, error_model="numpy")(function)
        self._result: Any = compiled.get_compile_result(SIGNATURE)

    def __wrapper_address__(self) -> int:
        name = self._result.fndesc.llvm_cfunc_wrapper_name
        address: int = self._result.library.get_pointer_to_function(name)
        return address

    def signature(self) -> Any:
        """Return the arguments' types, as Numba asks for them."""
        return SIGNATURE


def kernel(function: Callable[..., None]) -> Kernel:
    """Compile a tool's kernel now, or load it from the cache on disk.

    No fast-math: the same bits on every machine.
    """
    return Kernel(function)


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a helper of several kernels into each of them."""
    compiled: Callable[..., Any] = njit(inline="always", error_model="numpy")(function)
    return compiled


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


@dataclass(frozen=True)
class Words:
    """How people ask for a tool: its names, and what they say to get more or less of it.

    `plus` and `minus` hold what a picture should become ("brighter"); `lacks` and `excess` hold
    complaints about how it is ("gloomy" lacks light, "blown out" has an excess of it).
    """

    names: tuple[str, ...]
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    excess: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """What a plain wish for this tool should do to a picture, on a measured attribute.

    `change` is the signed difference of `attribute` (see `iea.measure`) that "more of this tool"
    means without a word of degree.
    """

    attribute: str
    change: float


@dataclass(frozen=True)
class Tool:
    """One parameterised operation.

    `prepare` turns valid parameters into the kernel's constants (float64, rounded once to float32).
    `reference` is the same operation in plain NumPy float64 on (height, width, 3) of the whole
    picture. `halo` is how many neighbouring pixels the kernel needs on every side.
    """

    name: str
    stage: Stage
    order: int
    purpose: str
    params: tuple[Param, ...]
    words: Words
    target: Target
    prepare: Callable[..., tuple[float, ...]]
    kernel: Kernel
    reference: Callable[..., Pixels]
    halo: int = 0
    masks: bool = False

    @property
    def main(self) -> Param:
        """The parameter that "more" and "less" move: the first."""
        return self.params[0]

    def defaults(self) -> dict[str, float]:
        """Every parameter at its default, where the tool changes nothing."""
        return {p.name: p.default for p in self.params}

    def is_neutral(self, params: Mapping[str, float]) -> bool:
        """Tell whether a step with these parameters leaves every picture as it is."""
        return params.get(self.main.name, self.main.default) == self.main.default
