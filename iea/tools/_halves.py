"""Halves of a plane, a pixel for two by two, and back: a pyramid (Burt and Adelson 1983).

Both ways take the six nearest along rows and columns, with the weights 1 5 10 10 5 1, and blur with
a variance of 5 / 4 pixels. What they leave of waves that halves cannot hold falls with the fifth
power of their length, so that no grid shows in what is smooth.
"""

import numpy as np
import numpy.typing as npt

from iea.tools._declare import Pixels, inline

Image = npt.NDArray[np.float32]
"""One plane of a block, (rows, columns)."""

VARIANCE = 5 / 2
"""By how much halving once and enlarging again blur, in squared pixels."""
_WEIGHTS = np.array([1, 5, 10, 10, 5, 1]) / 32
_OUTER, _NEXT, _INNER = (np.float32(weight) for weight in _WEIGHTS[:3])
_FAR, _NEAR, _MIDDLE = (np.float32(2 * weight) for weight in _WEIGHTS[:3])


@inline
def mirrored(i: int, size: int) -> int:
    """Return the pixel that stands for one beyond a border: its mirror image."""
    if 0 <= i < size:  # mostly; a division would take as long as many pixels
        return i
    i %= 2 * size
    return min(i, 2 * size - 1 - i)


@inline
def halve(plane: Image, top: int, left: int, out: Image) -> None:
    """Make halves of a plane: `out[0, 0]` is of pixels `left` and left + 1 of rows `top`, top + 1.

    They may lie beyond the plane, which mirrors.
    """
    rows, columns = plane.shape
    first, line = left - 2, np.empty(2 * out.shape[1] + 4, np.float32)
    start, end = max(-first, 0), min(columns - first, line.size)
    inside, skipped = line[start:end], first + start
    for j in range(out.shape[0]):
        y = top + 2 * j
        a, b = plane[mirrored(y - 2, rows), skipped:], plane[mirrored(y - 1, rows), skipped:]
        c, d = plane[mirrored(y, rows), skipped:], plane[mirrored(y + 1, rows), skipped:]
        e, f = plane[mirrored(y + 2, rows), skipped:], plane[mirrored(y + 3, rows), skipped:]
        for x in range(inside.size):
            outer = _OUTER * (a[x] + f[x]) + _NEXT * (b[x] + e[x])
            inside[x] = outer + _INNER * (c[x] + d[x])
        for x in range(start):
            line[x] = line[mirrored(first + x, columns) - first]
        for x in range(end, line.size):
            line[x] = line[mirrored(first + x, columns) - first]
        row = out[j]
        for i in range(row.size):
            outer = _OUTER * (line[2 * i] + line[2 * i + 5])
            outer += _NEXT * (line[2 * i + 1] + line[2 * i + 4])
            row[i] = outer + _INNER * (line[2 * i + 2] + line[2 * i + 3])


@inline
def enlarge(halves: Image, top: int, left: int, out: Image) -> None:
    """Make a plane of its halves: `out[0, 0]` is pixel (top, left).

    `halves` begin with (top // 2 - 1, left // 2 - 1), and end behind what the last pixel lies in.
    """
    line = np.empty(halves.shape[1], np.float32)
    odd = left % 2
    for y in range(out.shape[0]):
        j, lower = (top + y) // 2 - top // 2 + 1, (top + y) % 2
        near, middle, far = halves[j - 1 + 2 * lower], halves[j], halves[j + 1 - 2 * lower]
        for x in range(line.size):
            line[x] = _NEAR * near[x] + _MIDDLE * middle[x] + _FAR * far[x]
        row = out[y]
        if odd:
            row[0] = _FAR * line[0] + _MIDDLE * line[1] + _NEAR * line[2]
        pairs, here = row[odd:], line[odd:]
        for i in range(pairs.size // 2):
            most = _MIDDLE * here[i + 1]
            pairs[2 * i] = _NEAR * here[i] + most + _FAR * here[i + 2]
            pairs[2 * i + 1] = _FAR * here[i] + most + _NEAR * here[i + 2]
        if pairs.size % 2:
            i = pairs.size // 2
            pairs[2 * i] = _NEAR * here[i] + _MIDDLE * here[i + 1] + _FAR * here[i + 2]


def reference_halved(rgb: Pixels) -> Pixels:
    """Halve a picture of even sides, (height, width, ...), in plain NumPy; borders mirror."""
    for axis in (0, 1):
        length = rgb.shape[axis]
        wide = np.pad(rgb, [(2, 2) if n == axis else (0, 0) for n in range(rgb.ndim)], "symmetric")
        at = np.arange(0, length, 2)
        rgb = sum(weight * wide.take(at + k, axis) for k, weight in enumerate(_WEIGHTS))
    return rgb


def reference_doubled(halves: Pixels) -> Pixels:
    """Enlarge halves, (rows, columns, ...), in plain NumPy; borders mirror."""
    for axis in (0, 1):
        sides = [(1, 1) if n == axis else (0, 0) for n in range(halves.ndim)]
        wide, at = np.pad(halves, sides, "symmetric"), np.arange(halves.shape[axis])
        before, middle, after = (wide.take(at + k, axis) for k in range(3))
        far, near, most = 2 * _WEIGHTS[:3]
        first = near * before + most * middle + far * after
        second = far * before + most * middle + near * after
        shape = [2 * n if i == axis else n for i, n in enumerate(halves.shape)]
        halves = np.stack([first, second], axis + 1).reshape(shape)
    return halves
