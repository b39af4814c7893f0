"""What the references of surveyed tools share: the small copy and its maps, in plain NumPy."""

import numpy as np

from iea.tools._declare import Pixels


def reference_copy(rgb: Pixels, side: int) -> tuple[Pixels, int]:
    """Return a picture's copy, neither side above `side`, and how many pixels make one of its."""
    height, width = rgb.shape[:2]
    step = -(-max(height, width) // side)
    sums = np.add.reduceat(rgb, np.arange(0, height, step), axis=0)
    sums = np.add.reduceat(sums, np.arange(0, width, step), axis=1)
    tall, wide = (
        np.diff(np.append(np.arange(0, length, step), length)) for length in (height, width)
    )
    return sums / (tall[:, np.newaxis] * wide)[..., np.newaxis], step


def reference_enlarged(small: Pixels, step: int, height: int, width: int) -> Pixels:
    """Interpolate a map, (rows, columns, ...), between the middles of its pixels."""
    for axis, length in ((0, height), (1, width)):
        last = small.shape[axis] - 1
        at = np.clip((np.arange(length) + 0.5) / step - 0.5, 0, last)
        low = at.astype(int)
        share = (at - low).reshape([-1 if i == axis else 1 for i in range(small.ndim)])
        lower = small.take(low, axis)
        small = lower + share * (small.take(np.minimum(low + 1, last), axis) - lower)
    return small
