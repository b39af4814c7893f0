"""A photo as the solver looks at it: small copies, rendered and measured."""

from collections.abc import Callable, Hashable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from iea.image import to_8bit
from iea.masks.places import ELSEWHERE, mask_of
from iea.measure import Gauge, without_geometry
from iea.program import Program
from iea.render import Photo, Window, render_pixels
from iea.tools.color_mixer import COLOURS, hue_and_chroma

Pixels = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Flags = npt.NDArray[np.bool_]

SIZE = 256
"""Longest side of the small copy, in pixels."""

CROP = 160
"""Side of the part that is looked at as it is, for sharpness and grain."""

BUDGET = 60
"""Renders for one turn."""

MIN_SHARE = 0.004
"""Of the photo, below which a place is said not to be there."""

DETAIL = frozenset(("D", "N"))
"""The attributes that a small copy does not show."""
_NEAR, _COLOURED = 0.75, 0.12
"""How near a hue is to one of the eight, in sixths of the wheel, and the mean chroma, 0..1, below
which a place has too little of it to be made stronger."""
_MARGIN = 10
"""Levels from an end of the range within which a pixel had no detail to lose."""


class SpentError(Exception):
    """No renders are left: what was found so far must do."""


class View:
    """Reads what a photo looks like under a program. `renders` counts how often it looked."""

    def __init__(self, small: Pixels, full: Callable[[], Samples]) -> None:
        """Take the copy of `SIZE`, and a way to the whole photo, asked for sharpness and grain."""
        # Light and colour are means over many pixels: every second one tells as much.
        coarse = np.ascontiguousarray(small[::2, ::2]) if min(small.shape[:2]) > 32 else small
        self.small, self._coarse, self._full = small, coarse, full
        self._looks: dict[str, _Look] = {}
        self._covers: dict[str, Flags] = {}
        self._readings: dict[Hashable, dict[str, float]] = {}
        self._photo = Photo(small)
        self.renders = 0

    def read(self, program: Program, attribute: str = "L", place: str = "") -> dict[str, float]:
        """Measure the photo, or a place of it, under a program, where `attribute` can be seen.

        Besides the attributes of `iea.measure` there is `burnt`: the share (%) of pixels that had
        detail in the original and have lost it to white or black. Unlike `clipped` it forgives a
        sky that was all but white before, and one full channel of a strong colour. Geometry is left
        out: where things are changes no light. What was read once is not rendered again.
        Raises `SpentError` instead of rendering more than `BUDGET` times.
        """
        program = without_geometry(program)
        key = program.key, attribute in DETAIL, place
        if key not in self._readings:
            if self.renders == BUDGET:
                raise SpentError
            self.renders += 1
            if attribute in DETAIL and not place:
                self._readings[key] = self._read_detail(program)
            else:
                self._readings[key] = self._read(program, place, fine=attribute in DETAIL)
        return self._readings[key]

    def _read(self, program: Program, place: str, *, fine: bool) -> dict[str, float]:
        masked = any(step.mask is not None for step in program.steps)
        look = self._look(place, fine=fine or masked or bool(place))
        rendered = to_8bit(render_pixels(program, look.photo, threads=1))
        lost = look.inside & _burnt(rendered)
        return {**look.gauge.read(rendered), "burnt": 100 * float(lost.sum()) / look.size}

    def _read_detail(self, program: Program) -> dict[str, float]:
        pixels, gauge, window = self._detail
        return gauge.read(to_8bit(render_pixels(program, pixels, window=window, threads=1)))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the whole photo, in pixels."""
        return self._pixels.shape[1], self._pixels.shape[0]

    def has(self, place: str) -> bool:
        """Tell whether a place is there in the photo."""
        return float(self.cover(place).mean()) >= MIN_SHARE

    def has_colour(self, colour: str, place: str) -> bool:
        """Tell whether a place has one of the eight colours, so that more of it could be seen."""
        pixels = self.small[self.cover(place)] / 255
        if not pixels.size:
            return False
        hue, chroma = hue_and_chroma(pixels)
        apart = np.abs((hue - COLOURS[colour] + 3) % 6 - 3)
        return float((chroma * (apart < _NEAR)).mean()) >= _COLOURED

    def is_full(self, place: str) -> bool:
        """Tell whether most of a place has a channel at its end: it holds no more colour."""
        peaks = self.small[self.cover(place)].max(axis=-1)
        return bool(peaks.size) and float((peaks >= 255 - _MARGIN).mean()) > 0.5

    def cover(self, place: str) -> Flags:
        """Return which pixels of the small copy belong to a place."""
        if place.startswith(ELSEWHERE):
            return ~self.cover(place.removeprefix(ELSEWHERE))
        if place not in self._covers:
            mask = mask_of(place)
            whole = np.ones(self.small.shape[:2], bool)
            self._covers[place] = whole if mask is None else self._photo.cover(mask) > 0.5
        return self._covers[place]

    def _look(self, place: str, *, fine: bool) -> "_Look":
        key = place if fine else "coarse"
        if key not in self._looks:
            if fine:
                cover = self.cover(place) if place else None
                cover = cover if cover is not None and cover.any() else None
                self._looks[key] = _Look(self._photo, self.small, cover)
            else:
                self._looks[key] = _Look(Photo(self._coarse), self._coarse, None)
        return self._looks[key]

    @cached_property
    def _pixels(self) -> Samples:
        """The whole photo, decoded once."""
        return self._full()

    @cached_property
    def _detail(self) -> tuple[Samples, Gauge, Window]:
        """The middle of the photo as it is: a small copy has neither its noise nor its softness."""
        pixels = self._pixels
        height, width = pixels.shape[:2]
        left, top = max(0, (width - CROP) // 2), max(0, (height - CROP) // 2)
        window = Window(left, top, min(width, left + CROP), min(height, top + CROP))
        crop = pixels[window.top : window.bottom, window.left : window.right]
        return pixels, Gauge(np.ascontiguousarray(to_8bit(crop))), window


class _Look:
    """One copy, whole or a place of it, ready to be measured."""

    def __init__(self, photo: Photo, pixels: Pixels, cover: Flags | None) -> None:
        self.photo, self.gauge = photo, Gauge(pixels, cover)
        self.inside = _inside(pixels) if cover is None else _inside(pixels) & cover
        self.size = self.inside.size if cover is None else int(cover.sum())


def _inside(pixels: Pixels) -> Flags:
    peak = pixels.max(axis=-1)
    inside: Flags = (peak < 255 - _MARGIN) & (peak > _MARGIN)
    return inside


def _burnt(pixels: Pixels) -> Flags:
    burnt: Flags = ((pixels == 255).sum(axis=-1) > 1) | ~pixels.any(axis=-1)
    return burnt
