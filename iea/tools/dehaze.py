"""Dehaze: the veil of the air taken away, or laid over the picture.

The dark channel (He, Sun and Tang 2009) of a small copy tells the haze, refined by the guided
filter to a line h = a Y + b of the luma; the airlight A is the mean colour where the dark channel
is highest. Above 0 what lies behind, A + (x - A) / max(1 - 0.85 s h q, 0.35), s = amount / 100;
below 0 more air, x + (A - x) |s| (0.2 + 0.5 h q). q = p (2 - p), p = (luma of A - Y) / 0.4 in 0..1:
places as light as the air, the sky mostly, keep their colour, and nothing in front of them a halo.
Where even the airlight is darker than 0.7 it is made that light, and h less by the square of its
share of 0.7: what looks like haze in a clear night sky is the sky.
"""

import numpy as np

from iea.tools._copies import reference_copy, reference_enlarged
from iea.tools._declare import (
    Constants,
    Frame,
    Maps,
    Param,
    Pixels,
    Planes,
    Scene,
    Survey,
    Target,
    Tool,
    kernel,
)
from iea.tools._guided import as_maps, as_pixels, lines
from iea.tools._pixel import luma, reference_luma, unit

SIDE, PATCH, WINDOW, SOFTNESS = 512, 1 / 80, 1 / 20, 0.002
SHARE = 0.005
"""The part of the picture that the airlight is taken from."""
DIMMEST = 0.7
"""Airlight is never darker: a dark picture has no haze that would be as dark."""
CLEARED, LEAST = 0.85, 0.35
EVEN, FAR = 0.2, 0.5
SKY = 0.4
"""How much darker than the airlight haze is taken for haze in full."""
_ONE, _TWO, _LEAST, _SKY = np.float32(1), np.float32(2), np.float32(LEAST), np.float32(1 / SKY)


def _haze(copy: Pixels) -> tuple[Pixels, Pixels, Pixels]:
    """Return slope and rest, over the luma, of the haze on a copy, and the airlight (3,)."""
    side = max(copy.shape)
    radius = max(1, round(side * PATCH))
    air, light = _airlight(copy, _least(copy.min(axis=-1), radius))
    dark = np.minimum(_least((copy / air).min(axis=-1), radius), 1)
    grey = reference_luma(copy)[..., 0]
    # Darker pictures have less haze that could be taken away: their sky would become mottled.
    dark = dark * min(light / DIMMEST, 1) ** 2
    slope, rest = lines(grey, dark, max(1, round(side * WINDOW)), SOFTNESS)
    return slope, rest, air


def _least(plane: Pixels, radius: int) -> Pixels:
    """Return the smallest value in the square around every pixel."""
    for axis in (0, 1):
        at, last = np.arange(plane.shape[axis]), plane.shape[axis] - 1
        least = plane
        for k in range(1, radius + 1):
            least = np.minimum(least, plane.take(np.maximum(at - k, 0), axis))
            least = np.minimum(least, plane.take(np.minimum(at + k, last), axis))
        plane = least
    return plane


def _airlight(copy: Pixels, dark: Pixels) -> tuple[Pixels, float]:
    """Return the mean colour where the dark channel is highest, made light enough, and its luma."""
    count = max(1, int(dark.size * SHARE))
    threshold = np.partition(dark.ravel(), -count)[-count]
    air = copy[dark >= threshold].mean(axis=0)
    light = float(reference_luma(air)[0])
    if 1e-3 < light < DIMMEST:
        return air * DIMMEST / light, light
    return np.maximum(air, DIMMEST / 2), light


def _strengths(amount: float) -> tuple[float, float, float]:
    more, less = max(amount, 0) / 100, max(-amount, 0) / 100
    return CLEARED * more, EVEN * less, FAR * less


def _survey(scene: Scene, amount: float) -> Survey:
    copy = scene.small(SIDE)
    slope, rest, air = _haze(as_pixels(copy.planes))
    return Survey((*air, *_strengths(amount)), as_maps(slope, rest), copy.step)


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    red, green, blue = constants[0], constants[1], constants[2]
    cleared, even, far = constants[3], constants[4], constants[5]
    light = luma(red, green, blue)
    for y in range(planes.shape[1]):
        r, g, b, slope, rest = planes[0, y], planes[1, y], planes[2, y], maps[0, y], maps[1, y]
        for x in range(r.size):
            grey = luma(r[x], g[x], b[x])
            near = unit((light - grey) * _SKY)
            haze = unit(slope[x] * grey + rest[x]) * near * (_TWO - near)
            seen = (_ONE - even - far * haze) / max(_ONE - cleared * haze, _LEAST)
            r[x] = red + (r[x] - red) * seen
            g[x] = green + (g[x] - green) * seen
            b[x] = blue + (b[x] - blue) * seen


def _reference(rgb: Pixels, amount: float) -> Pixels:
    copy, step = reference_copy(rgb, SIDE)
    slope, rest, air = _haze(copy)
    slope, rest = (
        reference_enlarged(plane, step, *rgb.shape[:2])[..., np.newaxis] for plane in (slope, rest)
    )
    cleared, even, far = _strengths(amount)
    grey = reference_luma(rgb)
    near = np.clip((reference_luma(air) - grey) / SKY, 0, 1)
    haze = np.clip(slope * grey + rest, 0, 1) * near * (2 - near)
    return air + (rgb - air) * (1 - even - far * haze) / np.maximum(1 - cleared * haze, LEAST)


TOOL = Tool(
    name="dehaze",
    stage="detail",
    order=4,
    purpose="Takes the haze of the air away, or adds some.",
    params=(Param("amount", "", -100, 100, 0, "hazier", "clearer air"),),
    words=("dehaze", "haze removal", "defog"),
    target=Target("", 35),
    survey=_survey,
    kernel=_kernel,
    reference=_reference,
)
