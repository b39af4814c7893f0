"""The judge: did what was asked move, and did what was to stay stay? Told from pixels alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from iea.image import to_8bit
from iea.masks.places import FOUND, mask_of
from iea.measure import ATTRIBUTES, Gauge, without_geometry
from iea.measure.lab import lab
from iea.program import Program
from iea.render import Photo, Rendering, render_pixels

Pixels = npt.NDArray[np.uint8]
Reading = Mapping[str, float]

BANDS = {
    "red": 35.0,
    "orange": 60.0,
    "yellow": 95.0,
    "green": 140.0,
    "aqua": 190.0,
    "blue": 265.0,
    "purple": 305.0,
    "magenta": 345.0,
}
"""The middle hue of each colour, as CIELAB's angle in degrees."""
_BAND_WIDTH, _BAND_CHROMA, _BAND_SHARE = 25.0, 8.0, 0.005
_STAYS = {"L": 2.0, "C": 1.5, "a": 1.5, "b": 1.5, "S": 2.0, "shadows": 2.5, "highlights": 2.5}
"""How far what should stay may go, in the units of `iea.measure`; D and N a tenth of themselves."""
_GREY = 2.5
_TOKEN = re.compile(r"(?P<name>[A-Za-z.]+)(?P<way>[+*-])(?:@(?P<place>\w+))?")
_STILL = re.compile(r"=(?P<name>\w+)(?:@(?P<place>\w+))?")


@dataclass(frozen=True)
class Scene:
    """A photo to judge on."""

    name: str
    pixels: Pixels

    @cached_property
    def photo(self) -> Photo:
        """The photo as the engine takes it; what is found on it is found once."""
        return Photo(self.pixels)

    def picture(self, program: Program) -> "Picture":
        """Return the photo under a program."""
        return self.original if not program.steps else Picture(self, program)

    @cached_property
    def original(self) -> "Picture":
        """The photo as it is."""
        return Picture(self, Program())

    def cover(self, place: str) -> npt.NDArray[np.bool_] | None:
        """Return the pixels of a place, all of them for ""; None if the photo lacks it."""
        height, width = self.pixels.shape[:2]
        if not place:
            return np.ones((height, width), bool)
        mask = mask_of(place)
        assert mask is not None
        cover = cv2.resize(self.photo.cover(mask), (width, height)) > 0.5
        lacks = place in FOUND and cover.mean() < 0.004
        return None if lacks or not cover.any() else cover

    @cached_property
    def _gauges(self) -> dict[str, Gauge]:
        return {}

    def gauge(self, place: str) -> Gauge | None:
        """Return what measures a place."""
        if place not in self._gauges:
            cover = self.cover(place)
            if cover is None:
                return None
            self._gauges[place] = Gauge(self.pixels, cover if place else None)
        return self._gauges[place]


@dataclass(frozen=True)
class Picture:
    """A photo under a program, measured when asked."""

    scene: Scene
    program: Program

    @cached_property
    def pixels(self) -> Pixels:
        """The picture without its geometry, so that it can be compared place by place."""
        return to_8bit(render_pixels(without_geometry(self.program), self.scene.photo, threads=1))

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height, geometry and all."""
        return Rendering(self.program, self.scene.photo).size

    @cached_property
    def whole(self) -> Reading:
        """All attributes of the whole picture."""
        return self.read("")

    @cached_property
    def _readings(self) -> dict[str, Reading]:
        return {}

    def read(self, place: str) -> Reading:
        """Measure the attributes of `iea.measure` in a place."""
        if place not in self._readings:
            gauge = self.scene.gauge(place)
            assert gauge is not None
            self._readings[place] = gauge.read(self.pixels)
        return self._readings[place]

    def value(self, name: str, place: str) -> float | None:
        """Measure one thing in a place; None where the photo does not have it."""
        if name in ATTRIBUTES:
            return self.read(place)[name]
        if name == "corners":
            return _corners(lab(self.pixels)[0])
        if name == "haze":  # a clearer view has more contrast too; mist has less
            return _haze(self.pixels) - 4 * self.read(place)["C"]
        if name == "glow":  # light around what is light, or softness
            spread = float(cv2.GaussianBlur(lab(self.pixels)[0], (0, 0), 8).mean())
            return spread - 4 * float(np.log(max(self.read(place)["D"], 1e-6)))
        return self._of_band(*name.split("."))

    def _of_band(self, colour: str, what: str) -> float | None:
        hue = BANDS[colour]
        inside = self._band(hue)
        if inside is None:
            return None
        light, a, b = lab(self.pixels)
        if what == "S":
            return float(np.hypot(a, b)[inside].mean())
        if what == "L":
            return float(light[inside].mean())
        angle = np.degrees(np.arctan2(b[inside].mean(), a[inside].mean()))
        return float((angle - hue + 180) % 360)

    def _band(self, hue: float) -> npt.NDArray[np.bool_] | None:
        """Return the pixels that have a colour in the original; None where they are too few."""
        _, a, b = lab(self.scene.pixels)
        apart = np.abs((np.degrees(np.arctan2(b, a)) - hue + 180) % 360 - 180)
        inside: npt.NDArray[np.bool_] = (apart < _BAND_WIDTH) & (np.hypot(a, b) > _BAND_CHROMA)
        return inside if inside.mean() > _BAND_SHARE else None


def _corners(light: npt.NDArray[np.float32]) -> float:
    """Return how much lighter the corners are than the middle."""
    height, width = light.shape
    v, u = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    far = u * u + v * v
    return float(light[far > 1.3].mean() - light[far < 0.4].mean())


def _haze(pixels: Pixels) -> float:
    """Return the mean dark channel (He et al. 2009), which haze lifts."""
    return float(cv2.erode(pixels.min(axis=-1), np.ones((7, 7), np.uint8)).mean())


def failed(expected: str, before: Picture, after: Picture) -> list[str] | None:
    """Return the tokens that do not hold between two pictures; None if this photo cannot tell."""
    misses = []
    for token in expected.split():
        held = [_holds(part, before, after) for part in token.split("|")]
        if True in held:
            continue
        if None in held:
            return None
        misses.append(token)
    return misses


def _holds(token: str, before: Picture, after: Picture) -> bool | None:
    still, moves = _STILL.fullmatch(token), _TOKEN.fullmatch(token)
    if still is not None:
        return _stays(still["name"], still["place"] or "", before, after)
    if moves is not None:
        return _moves(moves["name"], moves["way"], moves["place"] or "", before, after)
    name, _, value = token.partition("=")
    if name == "aspect":
        wide, tall = map(float, value.split(":"))
        return abs(after.size[0] / after.size[1] / (wide / tall) - 1) < 0.015
    if name in ("turned", "mirrored", "level", "upright", "tighter", "smaller"):
        return _geometry(name, value, before, after)
    name, _, place = token.partition("@")
    if name == "grey":
        return None if after.scene.cover(place) is None else after.read(place)["S"] < _GREY
    assert token == "toned", token
    return _toned(after.pixels)


def _stays(name: str, place: str, before: Picture, after: Picture) -> bool | None:
    if before.scene.cover(place) is None:
        return None
    old, new = before.read(place)[name], after.read(place)[name]
    return abs(new - old) <= _STAYS.get(name, max(0.1 * old, 0.2))


def _moves(name: str, way: str, place: str, before: Picture, after: Picture) -> bool | None:
    if before.scene.cover(place) is None:
        return None
    old, new = before.value(name, place), after.value(name, place)
    if old is None or new is None:
        return None
    least = ATTRIBUTES[name].notice if name in ATTRIBUTES else 0.5
    moved = new - old
    return abs(moved) >= least if way == "*" else moved * (1 if way == "+" else -1) >= least


def _geometry(name: str, value: str, before: Picture, after: Picture) -> bool:
    def param(picture: Picture, tool: str, key: str) -> object:
        step = picture.program.find(tool)
        return None if step is None else step.params[key]

    if name == "turned":
        turns = int(param(after, "rotate", "turns") or 0) - int(
            param(before, "rotate", "turns") or 0
        )  # type: ignore[call-overload]
        return (turns - round(int(value) / 90)) % 4 == 0
    if name == "mirrored":
        return str(param(after, "flip", "direction"))[:1] == value
    if name in ("level", "upright"):
        return (
            after.program.find({"level": "straighten", "upright": "perspective"}[name]) is not None
        )
    areas = [picture.size[0] * picture.size[1] for picture in (before, after)]
    return areas[1] < 0.97 * areas[0]


def _toned(pixels: Pixels) -> bool:
    """Tell whether all colour there is has one hue."""
    _, a, b = lab(pixels)
    chroma = np.hypot(a, b).sum()
    return bool(chroma / a.size > 2 and np.hypot(a.sum(), b.sum()) / chroma > 0.95)
