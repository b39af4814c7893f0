"""The two views that a photo is measured in: all of it, small; and its middle, as it is."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from iea.image import Picture, decode, decode_small, to_8bit
from iea.measure.attributes import Gauge, Reading
from iea.program import Program
from iea.render import Window, render_pixels

SIZE = 512
"""Longest side of both views, in pixels."""

DETAIL = ("D", "N")
"""Attributes that live in single pixels: a small copy does not show them."""


@dataclass(frozen=True)
class Views:
    """A photo ready to be measured under programs."""

    photo: Picture
    small: npt.NDArray[np.uint8]
    window: Window
    overview: Gauge
    detail: Gauge

    @classmethod
    def of(cls, photo: bytes) -> "Views":
        """Decode a photo once, for both views."""
        picture = decode(photo)
        small = to_8bit(decode_small(photo, SIZE).pixels)
        window = _middle(picture.width, picture.height)
        crop = picture.pixels[window.top : window.bottom, window.left : window.right]
        detail = Gauge(np.ascontiguousarray(to_8bit(crop)))
        return cls(picture, small, window, Gauge(small), detail)

    @property
    def original(self) -> Reading:
        """The photo as it is."""
        return _joined(self.overview.original, self.detail.original)

    def read(self, program: Program) -> Reading:
        """Measure the photo under a program, but for its geometry: that moves no light."""
        program = without_geometry(program)
        overview = self.overview.read(to_8bit(render_pixels(program, self.small)))
        crop = render_pixels(program, self.photo.pixels, window=self.window)
        return _joined(overview, self.detail.read(to_8bit(crop)))


def without_geometry(program: Program) -> Program:
    """Return a program without the steps that move pixels."""
    steps = (step for step in program.steps if step.declared.geometry is None)
    return replace(program, steps=tuple(steps))


def _joined(overview: Reading, detail: Reading) -> Reading:
    return {**overview, **{name: detail[name] for name in DETAIL}}


def _middle(width: int, height: int) -> Window:
    left, top = max(0, (width - SIZE) // 2), max(0, (height - SIZE) // 2)
    return Window(left, top, min(width, left + SIZE), min(height, top + SIZE))
