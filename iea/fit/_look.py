"""What a picture looks like, whatever it shows: tones, casts and colours, as numbers to compare.

Quantiles of lightness tell the tones, quantiles of chroma how colourful it is, and how far colours
lie from one main hue how many hues there are. Casts are those of the darkest, middle and lightest
third, told by the less colourful half of each: what has a strong colour of its own says little of
the light. And each of the mixer's eight colours has its mean a and b, over the pixels that have it.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from iea.fit._copies import Floats
from iea.measure.lab import lab
from iea.tools.color_mixer import COLOURS

Numbers = npt.NDArray[np.float64]

TONES = {
    2: "lightness of the blackest parts",
    10: "lightness of the dark parts",
    25: "lightness of the darker half",
    50: "lightness of the middle tones",
    75: "lightness of the lighter half",
    90: "lightness of the light parts",
    98: "lightness of the whitest parts",
}
"""Percentiles of lightness, and what they are to a person."""
CHROMAS = {50: "chroma of the middling colours", 90: "chroma of the strong colours"}
"""Percentiles of chroma."""
RANGES = ("shadows", "midtones", "highlights")
_AXES = ("balance of green and magenta", "balance of blue and yellow")
LABELS = (
    *TONES.values(),
    *CHROMAS.values(),
    "spread of the hues",
    *(f"{axis} in the {part}" for part in (*RANGES, *(f"{c}s" for c in COLOURS)) for axis in _AXES),
)
"""What the numbers of a look are, in their order, all in units of CIELAB."""
_COLOURFUL = 0.12
"""The largest less the smallest channel, 0..1, from which a pixel counts as coloured."""

_GREY, _TONED = 0.15, 0.06
"""How far colours may lie from the one hue of a toned picture: so much, and a share of its chroma:
files and sepia alone make so much."""


class Gaze:
    """Looks at versions of one picture; what is dark, or green, is decided on the original.

    `shares` are the parts of the original that have each of the eight colours, and `original` are
    its numbers.
    """

    def __init__(self, original: npt.NDArray[np.uint8]) -> None:
        colours = _memberships(original)
        self.shares = colours.mean(axis=1)
        weights = np.concatenate([_ranges(lab(original).reshape(3, -1)), colours])
        self._weights = weights / (weights.sum(axis=1, keepdims=True) + 1e-6)
        self.original = self.numbers(original)

    def numbers(self, pixels: npt.NDArray[np.uint8]) -> Numbers:
        """Return the numbers of a version of the picture, (32,)."""
        planes = lab(pixels)
        lightness, *colours = planes.reshape(3, -1)
        tones = np.percentile(lightness, list(TONES))
        chromas = np.percentile(np.hypot(*colours), list(CHROMAS))
        means = self._weights @ np.stack(colours, axis=1)
        return np.concatenate([tones, chromas, [spread(planes)], means.ravel()]).astype(np.float64)


def weights_of(colours: Iterable[int]) -> Numbers:
    """Return how much each number counts, (32,), where these of the eight colours are compared."""
    compared = np.zeros((len(COLOURS), 2))
    compared[list(colours)] = 0.5
    rest = len(LABELS) - compared.size
    return np.concatenate([np.ones(rest), compared.ravel()])


def spread(planes: Floats) -> float:
    """Return how far the colours of L, a and b lie from their own main hue, on average."""
    colours = planes[1:].reshape(2, -1).astype(np.float64)
    colours -= colours.mean(axis=1, keepdims=True)
    smallest = np.linalg.eigvalsh(colours @ colours.T)[0]
    return float(np.sqrt(max(smallest, 0) / colours.shape[1]))


def is_monochrome(planes: Floats) -> bool:
    """Tell whether a picture has no hue but one, or none at all."""
    return spread(planes) < _GREY + _TONED * float(np.hypot(*planes[1:]).mean())


def _ranges(planes: Floats) -> Floats:
    """Return which pixels tell the cast of the shadows, the midtones and the highlights, (3, n)."""
    lightness, a, b = planes
    chroma = np.hypot(a, b)
    chosen = np.zeros((len(RANGES), lightness.size), np.float32)
    thirds = np.array_split(np.argsort(lightness, kind="stable"), len(RANGES))
    for row, third in zip(chosen, thirds, strict=True):
        if third.size:
            row[third[chroma[third] <= np.median(chroma[third])]] = 1
    return chosen


def _memberships(pixels: npt.NDArray[np.uint8]) -> Floats:
    """Return how far each pixel has each of the eight colours, 0..1, (8, n)."""
    rgb = pixels.reshape(-1, 3).astype(np.float32) / 255
    r, g, b = rgb.T
    chroma = np.ptp(rgb, axis=1)
    # In sixths of the wheel: from the hue of the largest channel toward that of the next.
    largest = rgb.argmax(axis=1)
    aside = np.choose(largest, [g - b, b - r, r - g]) / np.maximum(chroma, 1e-6)
    hue = (2 * largest + aside) % 6
    places = np.array([*COLOURS.values(), 6.0])
    above = np.searchsorted(places, hue, side="right").clip(1, len(places) - 1)
    share = (hue - places[above - 1]) / (places[above] - places[above - 1])
    found = np.zeros((len(places), hue.size), np.float32)
    pixel = np.arange(hue.size)
    found[above - 1, pixel], found[above, pixel] = 1 - share, share
    # Red is at both ends of the wheel.
    found[0] += found[-1]
    return np.asarray(found[:-1] * (chroma > _COLOURFUL))
