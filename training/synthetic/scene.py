"""A photo made ready for many programs: rendered, looked at, and asked how strong wishes are."""

from collections.abc import Hashable, Iterable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from iea.image import Picture, to_8bit
from iea.masks.places import mask_of
from iea.measure import ATTRIBUTES, Gauge, without_geometry
from iea.program import Program, Step
from iea.render import Photo, render_pixels
from iea.tools import TOOLS
from training.wordings import DEGREES

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

PLAIN = 35.0
"""A plain amount of a parameter that has no target."""
MIN_SHARE = 0.004
"""Of the photo, below which a place is not there, and of its samples, a change not seen."""
_LUMA = (0.2126, 0.7152, 0.0722)
_COARSE = 128
"""Longest side of the copy that light and colour are measured on, in pixels."""
_DETAIL = ("D", "N")
"""Attributes that live in single pixels: they are measured on the middle of the photo, as it is."""
_CROP = 160
"""Side of that middle, in pixels."""
_SHARES = (0.0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
"""Where on its way to the end of the range a tool's effect is measured."""
_ALL_THE_WAY = 100
"""A target as large as this means the end of the range: black and white."""
_PARTLY = 0.75
"""The degree up to which such a tool goes part of the way only."""
_REACHED = (0.45, 0.65, 0.8, 0.9)
"""The share of a tool's reach on a photo that each degree may take: where that is short, "a bit"
and "a lot" still differ, and nothing goes all the way to black or white."""
_SEEN = 2
"""Levels of 255 by which a sample must change to be seen."""
_KEPT_RENDERS = 4


class Scene:
    """A photo of at most 512 pixels, rendered as 8-bit RGB; what was found once is kept."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.photo = Photo(to_8bit(picture.pixels))
        self._renders: dict[Hashable, Pixels] = {}
        self._responses: dict[tuple[str, int], tuple[Floats, Floats]] = {}
        self._looks: dict[bool, tuple[Pixels, Gauge]] = {}
        self._places: dict[str, bool] = {}

    @cached_property
    def _luma(self) -> Floats:
        luma: Floats = self.photo.pixels @ np.array(_LUMA) / 255
        return luma

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.photo.size

    def render(self, program: Program) -> Pixels:
        """Return the photo under a program, on the caller's thread; the last few are kept."""
        if program.key not in self._renders:
            if len(self._renders) == _KEPT_RENDERS:
                del self._renders[next(iter(self._renders))]
            self._renders[program.key] = to_8bit(render_pixels(program, self.photo, threads=1))
        return self._renders[program.key]

    def differ(self, one: Program, other: Program) -> bool:
        """Tell whether a person would see any difference between two programs here."""
        before, after = self.render(one), self.render(other)
        if before.shape != after.shape:
            return True
        apart = np.maximum(before, after) - np.minimum(before, after)
        return int(np.count_nonzero(apart >= _SEEN)) >= MIN_SHARE * apart.size

    def has(self, place: str) -> bool:
        """Tell whether a place is there in the photo."""
        mask = mask_of(place)
        if mask is None:
            return True
        if place not in self._places:
            # What the renderer needs of a mask says where it is, too: regions are sought once.
            slope, rest = self.photo.mask(mask).planes
            cover = slope * self._luma + rest
            self._places[place] = float((cover > 0.5).mean()) >= MIN_SHARE
        return self._places[place]

    def holds(self, program: Program, attributes: Iterable[str]) -> bool:
        """Tell whether attributes of `iea.measure` stay as they are, as far as people see."""
        program = without_geometry(program)
        for name in attributes:
            pixels, gauge = self._look(detail=name in _DETAIL)
            rendered = to_8bit(render_pixels(program, pixels, threads=1))
            drift = abs(gauge.read(rendered)[name] - gauge.original[name])
            if drift > ATTRIBUTES[name].notice:
                return False
        return True

    def amount(self, tool: str, way: int, degree: float) -> float | None:
        """Return the amount, 0 or more, of a tool of `iea` that grants a wish on this photo.

        `way` is +1 or -1, `degree` how much in plain wishes. A plain wish changes the tool's
        attribute by its target (`Tool.target`); where the photo's reach is short, degrees share
        it. None where the tool can do nothing here that is seen.
        """
        main, target = TOOLS[tool].main, TOOLS[tool].target
        end = main.max if way > 0 else -main.min
        plain = abs(target.change) or PLAIN
        if not target.attribute:
            return min(plain * degree, end)
        if plain >= _ALL_THE_WAY:
            return end * degree if degree < _PARTLY else end
        amounts, effects = self._response(tool, way)
        reach = float(effects[-1])
        if reach < ATTRIBUTES[target.attribute].notice:
            return None
        share = float(np.interp(degree, (0.0, *DEGREES), (0.0, *_REACHED)))
        goal = min(plain * degree, share * reach)
        return float(np.interp(goal, effects, amounts))

    def _response(self, tool: str, way: int) -> tuple[Floats, Floats]:
        """Return amounts of a tool, and what each does to the tool's attribute; both never fall."""
        if (tool, way) not in self._responses:
            declared, target = TOOLS[tool], TOOLS[tool].target
            main = declared.main
            amounts = np.array(_SHARES) * (main.max if way > 0 else -main.min)
            pixels, gauge = self._look(detail=target.attribute in _DETAIL)
            sign, effects = way * np.sign(target.change), []
            for amount in amounts:
                step = Step(tool, {**declared.defaults(), main.name: way * float(amount)})
                rendered = to_8bit(render_pixels(Program((step,)), pixels, threads=1))
                reading = gauge.read(rendered)[target.attribute]
                effects.append(sign * (reading - gauge.original[target.attribute]))
            rising = np.maximum.accumulate(np.array(effects))
            self._responses[tool, way] = amounts, rising
        return self._responses[tool, way]

    def _look(self, *, detail: bool) -> tuple[Pixels, Gauge]:
        if detail not in self._looks:
            made = _middle(self.photo) if detail else _coarse(self.photo)
            self._looks[detail] = made, Gauge(made)
        return self._looks[detail]


def _middle(photo: Photo) -> Pixels:
    (width, height), pixels = photo.size, to_8bit(photo.pixels)
    left, top = max(0, (width - _CROP) // 2), max(0, (height - _CROP) // 2)
    return np.ascontiguousarray(pixels[top : top + _CROP, left : left + _CROP])


def _coarse(photo: Photo) -> Pixels:
    planes = photo.small(_COARSE).planes
    return np.ascontiguousarray((planes.transpose(1, 2, 0) * 255 + 0.5).astype(np.uint8))
