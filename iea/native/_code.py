"""Machine code in files: looked up, made and kept where it is not there, and linked.

A file holds, after a line each for the key of what it was made from and for the function's symbol,
an object file as LLVM writes it.
"""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numpy as np

from iea.files import replace

Code = tuple[str, bytes]
"""The name of the function's symbol, and the object file that defines it."""


def address(function: Callable[..., None], kinds: Sequence[Any], variant: str) -> int:
    """Return where a function lies, compiled for arguments of these kinds; it stays there."""
    name = f"{function.__module__}.{function.__qualname__}{variant}"
    key = _key(function, kinds)
    code = _kept(name, key)
    if code is None:
        code = _compile(function, kinds)
        _keep(name, key, *code)
    return _link(name, *code)


def _folders() -> Iterator[Path]:
    """Yield where code may lie: beside Python's own, or, where that is shut, with the user."""
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(chosen)
        return
    yield Path(__file__).parent / "__pycache__"
    with suppress(RuntimeError):  # raised for users without a home
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "iea"


def _kept(name: str, key: bytes) -> Code | None:
    for folder in _folders():
        with suppress(OSError, ValueError):
            found, symbol, code = (folder / f"{name}.bin").read_bytes().split(b"\n", 2)
            if found == key:
                return symbol.decode(), code
    return None


def _keep(name: str, key: bytes, symbol: str, code: bytes) -> None:
    for folder in _folders():
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            replace(folder / f"{name}.bin", b"\n".join((key, symbol.encode(), code)))
            return


def _key(function: Callable[..., None], kinds: Sequence[Any]) -> bytes:
    """Digest all that decides the code: the function and what it uses, Numba, the processor."""
    parts = [*_machine(), repr(kinds), *_source(function.__code__, function.__globals__, set())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest().encode()


@cache
def _machine() -> tuple[str, ...]:
    here = Path(__file__)
    sources = here, here.with_name("_intrinsic.py")
    versions = [_root(package) / "_version.py" for package in ("numba", "llvmlite")]
    options = [f"{k}={v}" for k, v in sorted(os.environ.items()) if k.startswith("NUMBA_")]
    processor = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    texts = (path.read_text() for path in (*sources, *versions))
    return sys.version, *texts, *options, *processor


def _source(code: CodeType, scope: dict[str, Any], seen: set[CodeType]) -> Iterator[str]:
    """Tell a function's instructions, its constants, and the same of every helper in it."""
    if code in seen:
        return
    seen.add(code)
    yield code.co_code.hex()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _source(constant, scope, seen)
        else:
            yield repr(constant)
    for name in code.co_names:
        yield name
        value: Any = scope.get(name)
        helper: Any = getattr(value, "py_func", None)
        if isinstance(value, ModuleType):
            # What a function takes from another module, if that is one of ours.
            scope = scope | (vars(value) if value.__name__.startswith("iea.") else {})
        elif helper is not None:
            yield str(value.targetoptions.get("inline"))
            yield from _source(helper.__code__, helper.__globals__, seen)
        else:
            yield value.tobytes().hex() if isinstance(value, np.ndarray) else repr(value)


def _compile(function: Callable[..., None], kinds: Sequence[Any]) -> Code:
    """Have Numba compile a function. No fast-math: the same bits on every machine."""
    from numba import from_dtype, njit, types
    from numba.core.compiler_lock import global_compiler_lock

    def kind_of(kind: Any) -> Any:
        if isinstance(kind, type):
            return {int: types.int64, float: types.float64}[kind]
        return types.Array(from_dtype(np.dtype(kind.dtype)), kind.ndim, "C", kind.readonly)

    # Without the wrappers by which Python and C would call it.
    options: Any = {"nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    make: Any = njit(error_model="numpy", **options)
    with global_compiler_lock:
        made = make(function)._compiler.compile([kind_of(kind) for kind in kinds], types.void)
        library = made.library
        code = library.codegen._tm.emit_object(library._final_module)
    return made.fndesc.llvm_func_name, bytes(code)


@cache
def _linker() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.create_lljit_compiler()


_linked: list[Any] = []
"""LLVM's handles: without them it would take the code away."""


def _link(name: str, symbol: str, code: bytes) -> int:
    builder = llvm.JITLibraryBuilder().add_object_img(code).add_current_process()
    for helper, at in _helpers().items():
        builder.import_symbol(helper, at)
    _linked.append(builder.export_symbol(symbol).link(_linker(), name))
    place: int = _linked[-1][symbol]
    return place


@cache
def _helpers() -> dict[str, int]:
    """Return the functions in C that Numba's code calls, above all to get memory, by name."""
    root = _root("numba")
    runtime = _extension(root / "core" / "runtime", "_nrt_python")
    runtime.memsys_use_cpython_allocator()
    others = _extension(root, "_helperlib").c_helpers
    return {f"NRT_{name}": place for name, place in runtime.c_helpers.items()} | {
        f"numba_{name}": place for name, place in others.items()
    }


def _extension(folder: Path, name: str) -> Any:
    """Import one module of Numba in C, without Numba itself."""
    paths = (folder / f"{name}{suffix}" for suffix in EXTENSION_SUFFIXES)
    spec = spec_from_file_location(name, next(path for path in paths if path.exists()))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _root(package: str) -> Path:
    """Return the folder of a package that need not be imported."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    return Path(spec.origin).parent
