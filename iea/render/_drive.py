"""The compiled loop: load a tile, call the kernels one after another, round once, store."""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit, types

from iea.tools._declare import SIGNATURE, Planes

KERNELS = types.ListType(types.FunctionType(SIGNATURE))  # type: ignore[no-untyped-call]

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


@njit(inline="always", error_model="numpy")
def _load(samples: npt.NDArray[Any], r: Planes, g: Planes, b: Planes, peak: np.float32) -> None:
    """Take a row of samples, interleaved, apart.

    First all are converted, then parted: each loop is simple enough to be vectorised, which makes
    both together four times as fast as one.
    """
    step = _ONE / peak
    mixed = np.empty(samples.size, np.float32)
    for i in range(samples.size):
        mixed[i] = np.float32(samples[i]) * step
    for x in range(r.size):
        r[x], g[x], b[x] = mixed[3 * x], mixed[3 * x + 1], mixed[3 * x + 2]


@njit(inline="always", error_model="numpy")
def _store(r: Planes, g: Planes, b: Planes, samples: npt.NDArray[Any], peak: np.float32) -> None:
    """Interleave a row, then round it: the only rounding there is."""
    mixed = np.empty(samples.size, np.float32)
    for x in range(r.size):
        mixed[3 * x], mixed[3 * x + 1], mixed[3 * x + 2] = r[x], g[x], b[x]
    for i in range(samples.size):
        samples[i] = np.int32(min(max(mixed[i], _ZERO), _ONE) * peak + _HALF)


@njit(
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
        for y in range(rows):
            line = source[top + y, left:right].reshape(3 * columns)
            _load(line, planes[0, y], planes[1, y], planes[2, y], peak)
        frame[0], frame[1] = left, top
        for k in range(len(kernels)):
            kernels[k](planes, scratch, frame, constants[k])
        first, last = tiles[i, 2] - left, tiles[i, 3] - left
        for y in range(tiles[i, 0], tiles[i, 1]):
            line = target[y - y0, tiles[i, 2] - x0 : tiles[i, 3] - x0].reshape(3 * (last - first))
            row = planes[:, y - top, first:last]
            _store(row[0], row[1], row[2], line, peak)
