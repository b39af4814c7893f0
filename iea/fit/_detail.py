"""Sharpness, blur, noise and grain: told by the photo's own pixels, in a part of its middle.

Whether there is anything to find is told by the attributes D and N of `iea.measure`. What it is is
told by fine structure, pixel by pixel: sharpening, blurring and denoising foretell it, grain does
not, as its seed is not known.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from iea.fit._copies import fine, likeness
from iea.fit._search import Amounts, program_of
from iea.image import to_8bit
from iea.image.picture import Samples
from iea.measure import Gauge
from iea.measure.lab import lab
from iea.program import Program, Step
from iea.render import Photo, Window, render_pixels
from iea.tools import TOOLS

SIDE = 192
"""Of the part, in pixels."""
SEEN = 0.1
"""The change of D, as a share, below which nothing is looked for: files lose as much."""
NOISY = 0.35
"""The change of N below which there is no grain."""
TELLING = 0.8
"""The likeness of fine structure above which pixels can be compared one by one."""
STILL = 0.06
"""The difference of fine structure, as a share of it, below which D differs by less than `SEEN`."""
_WORTH = 0.85
"""What must be left at most of the difference of fine structure, for a tool to be believed."""
_RADIUS = 3
FINE = ("sharpen", "denoise", "grain")
"""The tools that are as large as a pixel; blur is a share of the picture."""
_TRIALS = {
    "sharpen": (10.0, 30.0, 60.0, 100.0),
    "blur": (4.0, 8.0, 15.0, 28.0, 50.0, 80.0),
    "denoise": (12.0, 30.0, 60.0, 100.0),
}


class Detail:
    """The middle of a photo, and of what became of it pixel by pixel."""

    def __init__(self, before: Samples, after: Samples) -> None:
        self._window = _middle(before)
        self._photo = Photo(before)
        w = self._window
        self._after = np.ascontiguousarray(to_8bit(after[w.top : w.bottom, w.left : w.right]))
        self._target = fine(lab(self._after)[0], _RADIUS)

    @property
    def tells(self) -> bool:
        """Whether single pixels tell what became of them: nothing was blurred, nor much grain."""
        planes = (lab(pixels)[0] for pixels in (self.pixels(Program()), self._after))
        return likeness(*(fine(plane, 2) for plane in planes)) > TELLING

    def pixels(self, program: Program) -> npt.NDArray[np.uint8]:
        """Return the part under a program."""
        rendered = render_pixels(program, self._photo, window=self._window, threads=1)
        return np.ascontiguousarray(to_8bit(rendered))

    def gauge(self) -> Gauge:
        """Return what measures the part."""
        return Gauge(self.pixels(program_of({})))

    def fit(self, tones: Amounts) -> list[Step]:
        """Return the steps that the middle needs besides the tones."""
        base = self.pixels(program_of(tones))
        if self._apart(base) < STILL * float(np.abs(self._target).mean()):
            return []
        gauge = Gauge(base)
        now, aim = gauge.original, gauge.read(self._after)
        sharper = math.log((aim["D"] + 0.05) / (now["D"] + 0.05))
        if abs(sharper) < SEEN and abs(aim["N"] - now["N"]) < NOISY:
            return []
        names = ("sharpen",) if sharper > 0 else ("blur", "denoise")
        steps = self._structure(tones, base, names)
        now = gauge.read(self.pixels(program_of(tones, *steps)))
        if aim["N"] - now["N"] > NOISY:
            steps += self._grain(tones, steps, gauge, aim["N"])
        return steps

    def _structure(
        self, tones: Amounts, base: npt.NDArray[np.uint8], names: Sequence[str]
    ) -> list[Step]:
        """Return the one tool that brings fine structure near enough, if any does."""
        still = self._apart(base)

        def apart(name: str, amount: float) -> float:
            return self._apart(self.pixels(program_of(tones, _step(name, amount))))

        found = []
        for name in names:
            amount, distance = _least(partial(apart, name), _TRIALS[name])
            found.append((distance, name, amount))
        distance, name, amount = min(found)
        return [_step(name, round(amount))] if distance < _WORTH * still and amount >= 1 else []

    def _apart(self, pixels: npt.NDArray[np.uint8]) -> float:
        return float(np.abs(fine(lab(pixels)[0], _RADIUS) - self._target).mean())

    def _grain(self, tones: Amounts, steps: list[Step], gauge: Gauge, noise: float) -> list[Step]:
        """Return grain as strong as the noise asks for, by halving the range."""
        low, high = 0.0, 100.0
        for _ in range(7):
            middle = (low + high) / 2
            pixels = self.pixels(program_of(tones, *steps, _step("grain", middle)))
            low, high = (middle, high) if gauge.read(pixels)["N"] < noise else (low, middle)
        amount = round((low + high) / 2)
        return [_step("grain", amount)] if amount >= 2 else []


def _step(tool: str, amount: float) -> Step:
    names = ("luminance", "colour") if tool == "denoise" else ("amount",)
    params = {**TOOLS[tool].defaults(), **dict.fromkeys(names, float(amount))}
    return Step(tool, params, id=tool)


def _least(distance: Callable[[float], float], trials: Sequence[float]) -> tuple[float, float]:
    """Return the amount with the least distance, and it: the best trial, then beside it."""
    known = {amount: distance(amount) for amount in trials}
    for _ in range(2):
        places = sorted(known)
        i = places.index(min(known, key=known.__getitem__))
        below = places[i - 1] if i else 0.0
        above = places[min(i + 1, len(places) - 1)]
        for amount in ((below + places[i]) / 2, (places[i] + above) / 2):
            if amount not in known:
                known[amount] = distance(amount)
    best = min(known, key=known.__getitem__)
    return best, known[best]


def _middle(pixels: Samples) -> Window:
    height, width = pixels.shape[:2]
    left, top = max(0, (width - SIDE) // 2), max(0, (height - SIDE) // 2)
    return Window(left, top, min(width, left + SIDE), min(height, top + SIDE))
