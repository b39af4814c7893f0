"""The .cube format of colour tables: text, one colour a line, red changing fastest.

Source: Adobe's "Cube LUT Specification", version 1.0 (2013). Only tables of three dimensions are
read: one of one dimension is a tone curve.
"""

from array import array
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from iea.errors import InvalidError, Violation
from iea.tools._declare import Pixels

MOST_BYTES = 8 << 20
LEAST_SIDE, MOST_SIDE = 2, 65
LARGEST = 1000.0
"""Of the numbers of a table, either way: far above any colour, and safe in float32."""

NARROWEST = 1e-3
"""Domain of a table: a narrower one is a mistake."""


@dataclass(frozen=True)
class Cube:
    """A colour table: `nodes` is (side, side, side, 3), by blue, green and red; read-only.

    `low` and `high` are the colours of the first and the last node.
    """

    nodes: npt.NDArray[np.float32]
    low: tuple[float, ...]
    high: tuple[float, ...]


@lru_cache(maxsize=4)
def read_cube(data: bytes) -> Cube:
    """Read a .cube file's bytes.

    Raises `InvalidError` naming the line that is wrong; nothing is guessed.
    """
    if len(data) > MOST_BYTES:
        raise InvalidError(f"The .cube file is larger than {MOST_BYTES >> 20} MiB: use a smaller.")
    reader = _Reader()
    text = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        fields = line.split()
        if fields and not fields[0].startswith("#"):
            try:
                reader.read(fields)
            except ValueError as error:
                raise _wrong(f"line {number}", str(error)) from None
    return reader.finished()


def _wrong(where: str, what: str) -> InvalidError:
    return InvalidError(f"The .cube file's {where} {what}.", [Violation(where, what)])


class _Reader:
    """Takes a file's lines one after another."""

    def __init__(self) -> None:
        self._side = 0
        self._low, self._high = [0.0] * 3, [1.0] * 3
        self._values = array("d")

    def read(self, fields: list[str]) -> None:
        """Take a line that is neither empty nor a comment; ValueError says what is wrong."""
        if fields[0][0] in "+-.0123456789":
            self._colour(fields)
            return
        if self._values:
            raise ValueError("must hold three numbers, as those before it do")
        match fields[0]:
            case "TITLE":
                pass
            case "LUT_3D_SIZE":
                self._sized(fields[1:])
            case "DOMAIN_MIN":
                self._low = _numbers(fields[1:], 3)
            case "DOMAIN_MAX":
                self._high = _numbers(fields[1:], 3)
            case "LUT_3D_INPUT_RANGE":
                self._low, self._high = ([end] * 3 for end in _numbers(fields[1:], 2))
            case "LUT_1D_SIZE":
                raise ValueError("starts a table of one dimension: use one of three (LUT_3D_SIZE)")
            case word:
                raise ValueError(f"starts with {word[:40]!r}, which is not known here: remove it")

    def _sized(self, fields: list[str]) -> None:
        if self._side:
            raise ValueError("gives the size again: keep one")
        (side,) = _numbers(fields, 1)
        if side != int(side) or not LEAST_SIDE <= side <= MOST_SIDE:
            raise ValueError(
                f"must give a whole number from {LEAST_SIDE} to {MOST_SIDE}, not {fields[0][:40]}"
            )
        self._side = int(side)

    def _colour(self, fields: list[str]) -> None:
        if not self._side:
            raise ValueError("comes before the size: put LUT_3D_SIZE first")
        if len(self._values) == 3 * self._side**3:
            raise ValueError(f"is one colour too many for LUT_3D_SIZE {self._side}")
        self._values.extend(_numbers(fields, 3))

    def finished(self) -> Cube:
        """Return the table; `InvalidError` where a part of it is missing."""
        if not self._side:
            raise _wrong("size", "is missing: add a line LUT_3D_SIZE")
        held, meant = len(self._values) // 3, self._side**3
        if held < meant:
            raise _wrong("table", f"has {held:,} colours, but LUT_3D_SIZE means {meant:,}")
        if any(b - a < NARROWEST for a, b in zip(self._low, self._high, strict=True)):
            raise _wrong("domain", "is empty: DOMAIN_MIN must be below DOMAIN_MAX")
        nodes = np.array(self._values, np.float32).reshape(*[self._side] * 3, 3)
        nodes.flags.writeable = False
        return Cube(nodes, tuple(self._low), tuple(self._high))


def _numbers(fields: list[str], many: int) -> list[float]:
    fault = ("must hold one number", "must hold two numbers", "must hold three numbers")[many - 1]
    text = "".join(fields)
    # Python would read 1_000 and the digits of other scripts as well.
    if len(fields) != many or not text.isascii() or "_" in text:
        raise ValueError(fault)
    try:
        numbers = [float(field) for field in fields]
    except ValueError:
        raise ValueError(fault) from None
    for number in numbers:
        # NaN is not within either.
        if not -LARGEST <= number <= LARGEST:
            raise ValueError(f"has a number outside -{LARGEST:g}..{LARGEST:g}")
    return numbers


def through(rgb: Pixels, cube: Cube) -> Pixels:
    """Return the colours that a table gives for a picture, in plain NumPy.

    Between the nodes it is tetrahedral: from the node below in the order of the largest share, so
    that greys only meet greys (J. M. Kasson et al., "Performing color space conversions with
    three-dimensional linear interpolation", J. Electronic Imaging 4, 1995).
    """
    side = len(cube.nodes)
    low, high = np.array(cube.low), np.array(cube.high)
    place = np.clip((rgb - low) / (high - low), 0, 1) * (side - 1)
    node = np.minimum(place.astype(int), side - 2)
    share = place - node
    order = np.argsort(-share, axis=-1, kind="stable")
    before = _at(cube, node)
    out = before
    for step in range(3):
        axis = order[..., step : step + 1]
        node = node + (np.arange(3) == axis)
        after = _at(cube, node)
        out = out + np.take_along_axis(share, axis, -1) * (after - before)
        before = after
    return out


def _at(cube: Cube, node: npt.NDArray[np.int_]) -> Pixels:
    return cube.nodes[node[..., 2], node[..., 1], node[..., 0]].astype(np.float64)
