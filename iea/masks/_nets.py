"""Small convolutional networks, layer by layer, with the same bits on every machine.

Activations are (rows, columns, channels) and weights (rows, columns, channels in, channels out),
all float32. Each output adds its products in one order, whatever the vector unit.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float32]

_ZERO = np.float32(0)


@njit(cache=True, nogil=True, error_model="numpy")
def convolve(x: Floats, weights: Floats, bias: Floats, slopes: Floats) -> Floats:
    """Convolve without padding, then multiply what is negative by its channel's slope (PReLU)."""
    tall, wide, inner, outer = weights.shape
    rows, columns = x.shape[0] - tall + 1, x.shape[1] - wide + 1
    out = np.empty((rows, columns, outer), np.float32)
    for row in range(rows):
        for column in range(columns):
            held = out[row, column]
            held[:] = bias
            for i in range(tall):
                for j in range(wide):
                    for c in range(inner):
                        value, line = x[row + i, column + j, c], weights[i, j, c]
                        for k in range(outer):
                            held[k] += value * line[k]
            for k in range(outer):
                if held[k] < _ZERO:
                    held[k] *= slopes[k]
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def pool(x: Floats, size: int, padded: bool) -> Floats:
    """Keep the largest of every window of `size`, two apart; `padded` keeps a last, partial one."""
    rows, columns, channels = x.shape
    if padded:
        tall, wide = (rows + 1) // 2, (columns + 1) // 2
    else:
        tall, wide = (rows - size) // 2 + 1, (columns - size) // 2 + 1
    out = np.empty((tall, wide, channels), np.float32)
    for i in range(tall):
        for j in range(wide):
            out[i, j] = x[2 * i, 2 * j]
            for y in range(2 * i, min(2 * i + size, rows)):
                for z in range(2 * j, min(2 * j + size, columns)):
                    for c in range(channels):
                        out[i, j, c] = max(out[i, j, c], x[y, z, c])
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def connect(x: Floats, weights: Floats, bias: Floats) -> Floats:
    """Multiply a vector with a matrix (inputs, outputs), and add the bias."""
    out = bias.copy()
    for i in range(x.size):
        for k in range(out.size):
            out[k] += x[i] * weights[i, k]
    return out


def bend(x: Floats, slopes: Floats) -> Floats:
    """Multiply what is negative by its slope (PReLU)."""
    return np.where(x < 0, x * slopes, x)


def convolved(x: Floats, layer: tuple[Any, ...]) -> Floats:
    """Apply one layer (weights, bias, slopes (1, 1, n)) of a list of weights."""
    weights, bias, slopes = layer
    return convolve(x, weights, bias, slopes.ravel())
