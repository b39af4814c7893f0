"""Small pieces that several tools share: luma, and the kernels' safe ratios."""

import numpy as np

from iea.tools._declare import Pixels, inline

LUMA = (0.2126, 0.7152, 0.0722)
"""Weights of Rec. 709, used on encoded values: cheap, and near enough to lightness."""

TINY = 1e-6
"""Keeps ratios finite at black; far below one step of 16 bit."""

_R, _G, _B = (np.float32(weight) for weight in LUMA)
_ZERO, _ONE = np.float32(0), np.float32(1)


@inline
def luma(r: np.float32, g: np.float32, b: np.float32) -> np.float32:
    """Return the luma of one pixel."""
    return _R * r + _G * g + _B * b


@inline
def unit(x: np.float32) -> np.float32:
    """Clamp to 0..1."""
    return min(max(x, _ZERO), _ONE)


def reference_luma(rgb: Pixels) -> Pixels:
    """Return the luma of a picture, (height, width, 1)."""
    # No matrix product: its last bits differ between machines, and surveys make maps of this.
    red, green, blue = (weight * rgb[..., i] for i, weight in enumerate(LUMA))
    return (red + green + blue)[..., np.newaxis]


def reference_peak(rgb: Pixels) -> Pixels:
    """Return each pixel's largest channel, (height, width, 1)."""
    return rgb.max(axis=-1, keepdims=True)


def shoulder(tone: Pixels, knee: float, most: float) -> Pixels:
    """Bend tones above the knee so that `most` becomes 1; nothing where it is not above 1."""
    top = max((most - knee) / (1 - knee), 1.0)
    over = np.maximum(tone - knee, 0) / (1 - knee)
    return np.where(tone > knee, knee + (1 - knee) * over / (1 + over * (top - 1) / top), tone)
