"""Functions declared to be compiled, and called from Python."""

import ctypes
import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

SAMPLES = (np.uint8, np.uint16)
"""The types that photos have."""


class Array(NamedTuple):
    """An argument: a C-contiguous array; without a `dtype` one of a photo's samples."""

    ndim: int
    dtype: Any = np.float32
    readonly: bool = False


Kind = type[int] | type[float] | Array


class Helper:
    """A function that compiled functions use; in Python it is what it was.

    Numba takes it for one of its own by the attributes that it asks those for.
    """

    def __init__(self, function: Callable[..., Any], *, inlined: bool) -> None:
        self.py_func = function
        self.targetoptions = {"inline": "always" if inlined else "never"}

    def __call__(self, *arguments: Any) -> Any:
        """Do it in Python."""
        return self.py_func(*arguments)

    @cached_property
    def _dispatcher(self) -> Any:
        from numba import njit

        options: Any = self.targetoptions
        return njit(nogil=True, error_model="numpy", **options)(self.py_func)

    @property
    def _numba_type_(self) -> Any:
        from numba import typeof

        return typeof(self._dispatcher)  # type: ignore[no-untyped-call]


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a small helper of several functions into each of them."""
    return Helper(function, inlined=True)


def helper(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a larger helper, which is called."""
    return Helper(function, inlined=False)


class _Call:
    """Stands for the intrinsic until Numba asks for its type."""

    def __repr__(self) -> str:
        return "call"

    @property
    def _numba_type_(self) -> Any:
        from numba.core.registry import cpu_target

        from ._intrinsic import call

        cpu_target.typing_context.refresh()
        cpu_target.target_context.refresh()
        return cpu_target.typing_context.resolve_value_type(call)


call: Any = _Call()
"""`call(address, a, b, c, d, e)`, in compiled code: call another function, on its five arrays."""


class Compiled(Helper):
    """A function with its machine code, made or loaded when it is first needed."""

    every: ClassVar[list["Compiled"]] = []
    """All there are, for set-up to compile."""

    def __init__(self, function: Callable[..., None], kinds: tuple[Kind, ...]) -> None:
        super().__init__(function, inlined=False)
        self.kinds = kinds
        self._made: dict[Any, Callable[..., int]] = {}
        self.every.append(self)

    @property
    def address(self) -> int:
        """Where it lies, for `call`, if it takes no photo."""
        function: Any = self._callable(None)
        return ctypes.cast(function, ctypes.c_void_p).value or 0

    def prepare(self) -> None:
        """Make or load it, for every type of sample that it may meet."""
        for sample in SAMPLES if self._takes_photos else (None,):
            self._callable(sample)

    @property
    def _takes_photos(self) -> bool:
        return any(isinstance(kind, Array) and kind.dtype is None for kind in self.kinds)

    def _callable(self, sample: Any) -> Callable[..., int]:
        if sample not in self._made:
            # Not before: a client, or whoever only reads programs, needs no compiler.
            from ._code import address

            with _lock:
                if sample not in self._made:
                    kinds = [
                        kind._replace(dtype=sample)
                        if isinstance(kind, Array) and kind.dtype is None
                        else kind
                        for kind in self.kinds
                    ]
                    variant = f"-{sample.__name__}" if sample else ""
                    place = address(self.py_func, kinds, variant)
                    self._made[sample] = _prototype(kinds)(place)
        return self._made[sample]

    def __call__(self, *values: Any) -> None:
        """Call it on numbers and arrays of its kinds; other threads of Python run meanwhile."""
        words: list[Any] = []
        sample = None
        for kind, value in zip(self.kinds, values, strict=True):
            if not isinstance(kind, Array):
                words.append(value)
                continue
            if kind.dtype is None:
                sample = sample or value.dtype.type
            if not (
                value.dtype == (kind.dtype or sample)
                and value.ndim == kind.ndim
                and value.flags.c_contiguous
            ):
                raise TypeError(f"{self.py_func.__name__} takes no {value.dtype} {value.shape}")
            words += _words(value)
        nothing, fault = ctypes.c_void_p(), ctypes.c_void_p()
        status = self._callable(sample)(ctypes.byref(nothing), ctypes.byref(fault), *words)
        if status not in _FINE:
            # Nothing else can fail: indices are not checked, divisions are the processor's.
            raise MemoryError(f"{self.py_func.__name__} did not get the memory that it needs")


_lock = threading.Lock()

_FINE = (0, -2)
"""What Numba's functions return when all went well: with a value, or with None."""


def compiled(*kinds: Kind) -> Callable[[Callable[..., None]], Compiled]:
    """Compile a function that takes such arguments. No fast-math: the same bits everywhere."""
    return lambda function: Compiled(function, kinds)


# How Numba's functions take arguments: first where to put a result and a fault; of an array its
# owner (none: Python keeps it), size, size of an item, place, shape and strides.


def _words(array: Any) -> tuple[int, ...]:
    place = array.__array_interface__["data"][0]
    return (0, 0, array.size, array.itemsize, place, *array.shape, *array.strides)


def _prototype(kinds: list[Kind]) -> Callable[[int], Callable[..., int]]:
    words: list[Any] = [ctypes.c_void_p, ctypes.c_void_p]
    for kind in kinds:
        if isinstance(kind, Array):
            words += [ctypes.c_int64] * (5 + 2 * kind.ndim)
        else:
            words.append(ctypes.c_double if kind is float else ctypes.c_int64)
    return ctypes.CFUNCTYPE(ctypes.c_int32, *words)
