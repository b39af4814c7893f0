"""The compiled loop: load a tile, call the kernels one after another, round once, store."""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit, types

from iea.tools._declare import SIGNATURE, Planes

KERNELS = types.ListType(types.FunctionType(SIGNATURE))

_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)


def _signature(sample: Any) -> Any:
    image = types.Array(sample, 3, "C")
    constants = types.Array(types.float32, 2, "C")
    tiles = types.Array(types.int64, 2, "C")
    return types.void(
        types.Array(sample, 3, "C", readonly=True),
        image,
        types.int64,
        types.int64,
        KERNELS,
        constants,
        types.int64,
        tiles,
        types.float32,
    )


@njit(inline="always", error_model="numpy")  # type: ignore[untyped-decorator]
def _load(source: npt.NDArray[Any], planes: Planes, top: int, left: int, peak: np.float32) -> None:
    step = _ONE / peak
    for y in range(planes.shape[1]):
        line = source[top + y]
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(planes.shape[2]):
            r[x] = np.float32(line[left + x, 0]) * step
            g[x] = np.float32(line[left + x, 1]) * step
            b[x] = np.float32(line[left + x, 2]) * step


@njit(inline="always", error_model="numpy")  # type: ignore[untyped-decorator]
def _round(value: np.float32, peak: np.float32) -> np.int32:
    return np.int32(min(max(value, _ZERO), _ONE) * peak + _HALF)


@njit(  # type: ignore[untyped-decorator]
    [_signature(types.uint8), _signature(types.uint16)],
    cache=True,
    nogil=True,
    error_model="numpy",
)
def drive(
    source: npt.NDArray[Any],
    target: npt.NDArray[Any],
    x0: int,
    y0: int,
    kernels: Any,
    constants: Planes,
    halo: int,
    tiles: npt.NDArray[np.int64],
    peak: np.float32,
) -> None:
    """Render tiles of a picture.

    `source` is the whole picture, (height, width, 3); `target` receives the window whose first
    pixel is (x0, y0). A tile is (top, bottom, left, right) in the source; `halo` pixels around it
    are computed too, as far as the picture goes, and thrown away. `peak` is the largest sample.
    """
    height, width = source.shape[0], source.shape[1]
    room = 0
    for i in range(len(tiles)):
        tall = tiles[i, 1] - tiles[i, 0] + 2 * halo
        room = max(room, tall * (tiles[i, 3] - tiles[i, 2] + 2 * halo))
    room *= 3
    block = np.empty(room, np.float32)
    spare = np.empty(room if halo > 0 else 0, np.float32)
    frame = np.array([0, 0, width, height], np.int64)
    for i in range(len(tiles)):
        top, bottom = max(tiles[i, 0] - halo, 0), min(tiles[i, 1] + halo, height)
        left, right = max(tiles[i, 2] - halo, 0), min(tiles[i, 3] + halo, width)
        rows, columns = bottom - top, right - left
        planes = block[: 3 * rows * columns].reshape((3, rows, columns))
        scratch = planes
        if halo > 0:
            scratch = spare[: 3 * rows * columns].reshape((3, rows, columns))
        _load(source, planes, top, left, peak)
        frame[0], frame[1] = left, top
        for k in range(len(kernels)):
            kernels[k](planes, scratch, frame, constants[k])
        for y in range(tiles[i, 0], tiles[i, 1]):
            line = target[y - y0]
            r, g, b = planes[0, y - top], planes[1, y - top], planes[2, y - top]
            for x in range(tiles[i, 2], tiles[i, 3]):
                line[x - x0, 0] = _round(r[x - left], peak)
                line[x - x0, 1] = _round(g[x - left], peak)
                line[x - x0, 2] = _round(b[x - left], peak)
