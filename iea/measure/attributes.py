"""The attributes of a picture that words are about, measured."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from iea.measure.lab import lab

Reading = dict[str, float]
"""Attributes' names to values."""

Effect = dict[str, dict[str, float]]
"""Attributes' names to `{"before": value, "after": value}`."""


@dataclass(frozen=True)
class Attribute:
    """A number that a person would notice: what it is called, and how it moves.

    `notice` is about the smallest change that a person sees; `format` prints a value.
    """

    title: str
    rises: str
    falls: str
    notice: float
    format: str = "{:.0f}"


ATTRIBUTES = {
    "L": Attribute("mean lightness", "rose", "fell", 0.5),
    "C": Attribute("spread of lightness", "widened", "narrowed", 0.3, "{:.1f}"),
    "a": Attribute("mean a* (green to red)", "rose", "fell", 0.5, "{:.1f}"),
    "b": Attribute("mean b* (blue to yellow)", "rose", "fell", 0.5, "{:.1f}"),
    "S": Attribute("mean chroma", "rose", "fell", 0.5, "{:.1f}"),
    "shadows": Attribute("lightness of the darkest quarter", "rose", "fell", 0.5),
    "highlights": Attribute("lightness of the lightest quarter", "rose", "fell", 0.5),
    "D": Attribute("sharpness", "rose", "fell", 0.1, "{:.2f}"),
    "N": Attribute("noise", "rose", "fell", 0.05, "{:.2f}"),
    "clipped": Attribute("share of clipped pixels (%)", "rose", "fell", 0.2, "{:.1f}"),
}
"""L, a, b, S, shadows and highlights in CIELAB (D65); C is the standard deviation of L; D the mean
absolute Laplacian of L; N Immerkaer's estimate of noise in L, over the original's flattest quarter;
clipped the percentage of pixels with a channel at 255 or all at 0."""


class Gauge:
    """Measures versions of one picture. What is dark, light and flat is decided on the original.

    `original` and every picture read is 8-bit sRGB, (height, width, 3), of one size. With `inside`,
    (height, width), only the pixels that it marks are measured, one at the least.
    """

    def __init__(
        self, original: npt.NDArray[np.uint8], inside: npt.NDArray[np.bool_] | None = None
    ) -> None:
        self._inside = inside
        self._planes = lab(original)
        lightness = self._chosen(self._planes[0])
        order = np.argsort(lightness, kind="stable")
        quarter = max(1, order.size // 4)
        self._darkest, self._lightest = order[:quarter], order[-quarter:]
        self._flat = _flattest(self._planes[0], inside)
        self.original: Reading = self._read(original, self._planes)

    def read(self, pixels: npt.NDArray[np.uint8]) -> Reading:
        """Measure a version of the picture."""
        return self._read(pixels, lab(pixels))

    def _chosen(self, plane: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return plane.ravel() if self._inside is None else plane[self._inside]

    def _read(self, pixels: npt.NDArray[np.uint8], planes: npt.NDArray[np.float32]) -> Reading:
        lightness = planes[0]
        flat, a, b = (self._chosen(plane) for plane in planes)
        red, green, blue = (np.ascontiguousarray(pixels[..., i]) for i in range(3))
        white = (red == 255) | (green == 255) | (blue == 255)
        clipped = white | ((red | green | blue) == 0)
        return {
            "L": float(flat.mean()),
            "C": float(flat.std()),
            "a": float(a.mean()),
            "b": float(b.mean()),
            "S": float(np.hypot(a, b).mean()),
            "shadows": float(flat[self._darkest].mean()),
            "highlights": float(flat[self._lightest].mean()),
            "D": _sharpness(lightness, self._inside),
            "N": _noise(lightness, self._flat),
            "clipped": 100 * float(self._chosen(clipped).mean()),
        }


def effect_of(before: Reading, after: Reading) -> Effect:
    """Pair two readings, rounded to a thousandth."""
    return {
        name: {"before": round(before[name], 3), "after": round(after[name], 3)} for name in before
    }


def _sharpness(lightness: npt.NDArray[np.float32], inside: npt.NDArray[np.bool_] | None) -> float:
    if min(lightness.shape) < 3:
        return 0.0
    middle = lightness[1:-1, 1:-1]
    around = lightness[:-2, 1:-1] + lightness[2:, 1:-1]
    around = around + lightness[1:-1, :-2] + lightness[1:-1, 2:]
    edges = np.abs(4 * middle - around)
    within = None if inside is None else inside[1:-1, 1:-1]
    return float(edges.mean() if within is None or not within.any() else edges[within].mean())


def _residue(lightness: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return what is left of a plane where it is smooth (Immerkaer 1996): one pixel less a side."""
    across = lightness[:, :-2] - 2 * lightness[:, 1:-1] + lightness[:, 2:]
    both: npt.NDArray[np.float32] = across[:-2] - 2 * across[1:-1] + across[2:]
    return np.abs(both).ravel()


def _flattest(
    lightness: npt.NDArray[np.float32], inside: npt.NDArray[np.bool_] | None
) -> npt.NDArray[np.intp]:
    """Return which pixels of the residue lie in the flattest quarter, by local range."""
    if min(lightness.shape) < 3:
        return np.empty(0, np.intp)
    across = np.abs(lightness[1:-1, 2:] - lightness[1:-1, :-2])
    down = np.abs(lightness[2:, 1:-1] - lightness[:-2, 1:-1])
    order = np.argsort((across + down).ravel(), kind="stable")
    if inside is not None and inside[1:-1, 1:-1].any():
        order = order[inside[1:-1, 1:-1].ravel()[order]]
    return order[: max(1, order.size // 4)]


def _noise(lightness: npt.NDArray[np.float32], flat: npt.NDArray[np.intp]) -> float:
    if flat.size == 0:
        return 0.0
    return float(np.sqrt(np.pi / 2) / 6 * _residue(lightness)[flat].mean())
