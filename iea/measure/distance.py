"""The pixel distance of the method (arXiv 2606.08016)."""

import numpy as np

from iea.image import Picture, to_8bit


def pixel_distance(a: Picture, b: Picture) -> float:
    """Return (mean |a - b| + sqrt(mean (a - b)^2)) / 2 of 8-bit samples as 0..1."""
    difference = (to_8bit(a.pixels).astype(np.float32) - to_8bit(b.pixels)) / 255
    mean = float(np.abs(difference).mean())
    square = float(np.sqrt(np.square(difference).mean()))
    return (mean + square) / 2
