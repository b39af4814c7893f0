"""A photo as the solver looks at it: small copies, rendered and measured."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from iea.image import to_8bit
from iea.measure import Gauge
from iea.program import Program
from iea.render import Window, render_pixels

Pixels = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

SIZE = 256
"""Longest side of the small copy, in pixels."""

CROP = 160
"""Side of the part that is looked at as it is, for sharpness and grain."""

_DETAIL = frozenset(("D", "N"))
_MARGIN = 10
"""Levels from an end of the range within which a pixel had no detail to lose."""


class View:
    """Reads what a photo looks like under a program. `renders` counts how often it looked."""

    def __init__(self, small: Pixels, full: Callable[[], Samples]) -> None:
        """Take the copy of `SIZE`, and a way to the whole photo, asked for sharpness and grain."""
        # Light and colour are means over many pixels: every second one tells as much.
        coarse = np.ascontiguousarray(small[::2, ::2]) if min(small.shape[:2]) > 32 else small
        self._coarse, self._full = coarse, full
        self._gauge = Gauge(coarse)
        self._inside = _inside(coarse)
        self.renders = 0

    def read(self, program: Program, attribute: str = "L") -> dict[str, float]:
        """Measure the photo under a program, where `attribute` can be seen.

        Besides the attributes of `iea.measure` there is `burnt`: the share (%) of pixels that had
        detail in the original and have lost it to white or black. Unlike `clipped` it forgives a
        sky that was all but white before, and one full channel of a strong colour.
        """
        self.renders += 1
        if attribute in _DETAIL:
            pixels, gauge, window = self._detail
            return gauge.read(to_8bit(render_pixels(program, pixels, window=window, threads=1)))
        rendered = to_8bit(render_pixels(program, self._coarse, threads=1))
        lost = self._inside & _burnt(rendered)
        return {**self._gauge.read(rendered), "burnt": 100 * float(lost.mean())}

    @cached_property
    def _detail(self) -> tuple[Samples, Gauge, Window]:
        """The middle of the photo as it is: a small copy has neither its noise nor its softness."""
        pixels = self._full()
        height, width = pixels.shape[:2]
        left, top = max(0, (width - CROP) // 2), max(0, (height - CROP) // 2)
        window = Window(left, top, min(width, left + CROP), min(height, top + CROP))
        crop = pixels[window.top : window.bottom, window.left : window.right]
        return pixels, Gauge(np.ascontiguousarray(to_8bit(crop))), window


def _inside(pixels: Pixels) -> npt.NDArray[np.bool_]:
    peak = pixels.max(axis=-1)
    inside: npt.NDArray[np.bool_] = (peak < 255 - _MARGIN) & (peak > _MARGIN)
    return inside


def _burnt(pixels: Pixels) -> npt.NDArray[np.bool_]:
    burnt: npt.NDArray[np.bool_] = ((pixels == 255).sum(axis=-1) > 1) | ~pixels.any(axis=-1)
    return burnt
