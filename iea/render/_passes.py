"""A program made ready for the engine: passes, and what they need, found on the photo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from iea import masks
from iea.errors import NotFoundError
from iea.program import Step
from iea.render import _drive
from iea.tools import _tone, iea16
from iea.tools._declare import Copy, Kernel
from iea.tools._pixel import LUMA

MASK_SIDE = 512
"""Masks are found on a copy with sides of at most this many pixels, and follow edges from there."""

Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Floats = npt.NDArray[np.float32]
Files = Callable[[str], bytes]


class Map(NamedTuple):
    """Small planes, (n, rows, columns), whose pixels stand for `step` by `step` of the picture."""

    planes: Floats
    step: int


@dataclass(frozen=True)
class Pass:
    """One kernel with all that it needs."""

    kernel: Kernel
    constants: Floats
    maps: Map | None = None
    mask: Map | None = None
    halo: int = 0
    scratch: int = 0


class Batch(NamedTuple):
    """Passes as compiled code takes them; see `iea.render._drive`."""

    kernels: npt.NDArray[np.int64]
    table: npt.NDArray[np.int64]
    numbers: Floats
    scratch: int
    halo: int
    masked: bool


def no_files(sha256: str) -> bytes:
    """Stand in where a program can name no files."""
    raise NotFoundError(f"The file {sha256[:12]} is not at hand: give it with the program.")


@dataclass
class Photo:
    """The photo that a program is made ready for, and the small copies made of it so far."""

    pixels: Samples
    files: Files = no_files
    _copies: dict[int, Copy] = field(default_factory=dict)
    _masks: dict[masks.Mask, Map] = field(default_factory=dict)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def small(self, side: int) -> Copy:
        """Return a copy with sides of at most `side` pixels; it must not be changed."""
        step = -(-max(self.size) // side)
        if step not in self._copies:
            rows, columns = (-(-length // step) for length in self.pixels.shape[:2])
            planes = np.empty((3, rows, columns), np.float32)
            _drive.shrink(self.pixels, step, 0, rows, planes)
            self._copies[step] = Copy(planes, step)
        return self._copies[step]

    def mask(self, mask: masks.Mask) -> Map:
        """Return what makes a mask on this photo; found once."""
        if mask not in self._masks:
            small = self.small(MASK_SIDE)
            planes = masks.coefficients(mask, small.planes, small.step, self.size)
            self._masks[mask] = Map(planes, small.step)
        return self._masks[mask]

    def cover(self, mask: masks.Mask) -> npt.NDArray[np.float64]:
        """Return how much of a step each pixel of the small copy gets, 0..1, (rows, columns)."""
        small = self.small(MASK_SIDE)
        return masks.evaluate(mask, small.planes, small.step, self.size)


@dataclass(frozen=True)
class _Halfway:
    """The scene of a step: the photo after the passes before it."""

    photo: Photo
    passes: Sequence[Pass]

    @property
    def size(self) -> tuple[int, int]:
        return self.photo.size

    def small(self, side: int) -> Copy:
        original = self.photo.small(side)
        step, planes = original.step, original.planes.copy()
        # What needs neighbours works on details that a small copy does not have.
        coarse = [_coarse(p, step, planes) for p in self.passes if step == 1 or not p.halo]
        run(batch(coarse), planes)
        return Copy(planes, step)

    def file(self, sha256: str) -> bytes:
        return self.photo.files(sha256)


def passes_of(steps: Sequence[Step], photo: Photo) -> list[Pass]:
    """Make steps, in pipeline order and none of them of geometry, ready for a photo.

    Raises `NotFoundError` for a file that a step names and that is not there, `InvalidError` for
    one that cannot be read.
    """
    if steps and steps[0].toolset == iea16.NAME:
        return [
            Pass(kernel, constants, None, None, halo, scratch)
            for kernel, constants, halo, scratch in iea16.passes(_amounts(steps))
        ]
    made: list[Pass] = []
    for fused, group in groupby(steps, _fuses):
        if fused:
            made.append(_tone_pass(list(group), codes=not made and photo.pixels.itemsize == 1))
            continue
        for step in group:
            one = (
                _tone_pass([step], codes=not made and photo.pixels.itemsize == 1)
                if step.declared.curve is not None
                else _pass(step, _Halfway(photo, tuple(made)))
            )
            made.append(one if step.mask is None else replace(one, mask=photo.mask(step.mask)))
    return made


def _amounts(steps: Sequence[Step]) -> dict[str, dict[str, float]]:
    return {step.tool: cast(dict[str, float], step.params) for step in steps}


def _fuses(step: Step) -> bool:
    return step.declared.curve is not None and step.mask is None


def _tone_pass(steps: Sequence[Step], *, codes: bool) -> Pass:
    """Make one pass of all tone tools that follow each other."""
    curves = []
    for step in steps:
        curve = step.declared.curve
        assert curve is not None
        curves.append(partial(curve, **step.params))
    if codes:
        return Pass(_tone.by_code, _floats(_tone.table_of_codes(curves)), scratch=1)
    return Pass(_tone.by_value, _floats(_tone.table_of_values(curves)), scratch=3)


def by_codes(passes: Sequence[Pass]) -> bool:
    """Tell whether passes begin with tones that are looked up by the samples of 8 bit."""
    return bool(passes) and passes[0].kernel is _tone.by_code


def _pass(step: Step, scene: _Halfway) -> Pass:
    tool = step.declared
    assert tool.kernel is not None
    if tool.survey is None:
        assert tool.prepare is not None
        constants, maps = _floats(tool.prepare(**step.params)), None
    else:
        found = tool.survey(scene, **step.params)
        constants = _floats(found.constants)
        maps = None if found.maps is None else Map(found.maps, found.step)
    return Pass(tool.kernel, constants, maps, halo=tool.halo, scratch=tool.scratch)


def _floats(values: Any) -> Floats:
    return np.asarray(values, np.float64).astype(np.float32)


def batch(passes: Sequence[Pass]) -> Batch:
    """Put passes into the arrays that compiled code takes."""
    table = np.zeros((len(passes), _drive.COLUMNS), np.int64)
    kernels = np.array([one.kernel.address for one in passes], np.int64)
    numbers: list[Floats] = []
    end = 0

    def put(values: Floats) -> int:
        nonlocal end
        numbers.append(np.ravel(values))
        end += values.size
        return end - values.size

    for line, one in zip(table, passes, strict=True):
        line[_drive.CONSTANTS] = put(one.constants)
        line[_drive.CONSTANTS_END] = end
        if one.maps is not None:
            line[_drive.MAPS] = len(one.maps.planes)
            line[_drive.MAPS_AT : _drive.MASK_AT] = put(one.maps.planes), *_grid(one.maps)
        line[_drive.MASK_AT] = -1
        if one.mask is not None:
            line[_drive.MASK_AT :] = put(one.mask.planes), *_grid(one.mask)
    return Batch(
        kernels,
        table,
        np.concatenate([*numbers, np.zeros(1, np.float32)]),
        scratch=max((one.scratch for one in passes), default=0),
        halo=sum(one.halo for one in passes),
        masked=any(one.mask is not None for one in passes),
    )


def _grid(small: Map) -> tuple[int, int, int]:
    return (*small.planes.shape[1:], small.step)


def run(
    ready: Batch,
    planes: Floats,
    *,
    frame: tuple[int, int, int, int] | None = None,
    grey: Floats | None = None,
) -> None:
    """Carry passes out on planes, in place.

    `frame` tells where they lie, as kernels take it; without it they are a whole picture. `grey` is
    the photo's luma there, for masks; without it the planes are the photo's.
    """
    rows, columns = planes.shape[1:]
    if grey is None:
        grey = _luma(planes) if ready.masked else np.empty((0, columns), np.float32)
    place = np.array(frame or (0, 0, columns, rows), np.int64)
    _drive.run_planes(planes, grey, ready.kernels, ready.table, ready.numbers, ready.scratch, place)


def _luma(planes: Floats) -> Floats:
    red, green, blue = (
        np.float32(weight) * plane for weight, plane in zip(LUMA, planes, strict=True)
    )
    return red + green + blue


def same(one: Pass, other: Pass) -> bool:
    """Tell whether two passes do the same to every picture."""
    return (
        one.kernel is other.kernel
        and np.array_equal(one.constants, other.constants)
        and _same_map(one.maps, other.maps)
        and _same_map(one.mask, other.mask)
    )


def _same_map(one: Map | None, other: Map | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.step == other.step and np.array_equal(one.planes, other.planes)


def _coarse(one: Pass, step: int, planes: Floats) -> Pass:
    """Return a pass for a small copy, its maps brought to the copy's own grid."""
    return replace(
        one,
        maps=one.maps and _regridded(one.maps, step, planes.shape[1:]),
        mask=one.mask and _regridded(one.mask, step, planes.shape[1:]),
    )


def _regridded(small: Map, step: int, shape: tuple[int, ...]) -> Map:
    """Interpolate a map at the middles of a grid of another step."""
    planes = small.planes
    for axis, length in ((1, shape[0]), (2, shape[1])):
        at = np.clip((np.arange(length) + 0.5) * step / small.step - 0.5, 0, planes.shape[axis] - 1)
        low = np.minimum(at.astype(int), max(planes.shape[axis] - 2, 0))
        share = (at - low).astype(np.float32)
        share = share[:, np.newaxis] if axis == 1 else share
        upper = np.minimum(low + 1, planes.shape[axis] - 1)
        first, second = planes.take(low, axis), planes.take(upper, axis)
        planes = first + share * (second - first)
    return Map(np.ascontiguousarray(planes), 1)
