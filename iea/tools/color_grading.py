"""Colour grading: shadows, middle tones and highlights each tinted in a hue of their own.

With the luma y and w = y + 0.9 b y (1 - y), b = balance / 100, the three ranges weigh (1 - w)^2,
2 w (1 - w) and w^2, which add up to 1. Each adds 2 y (1 - y) strength / 100 of chroma in its hue
without luma: black and white stay. A colour that would leave 0..1 is led back toward its grey.
"""

from itertools import chain

import numpy as np

from iea.tools._chroma import reference_fitted, room, toward
from iea.tools._declare import Constants, Frame, Maps, Param, Pixels, Planes, Tool, kernel
from iea.tools._pixel import luma, reference_luma, unit

MOST = 2.0
"""Chroma that full strength adds, in parts of y (1 - y): half a channel in the middle."""

_ZERO, _ONE = np.float32(0), np.float32(1)


def _prepare(
    shadows_strength: float,
    shadows_hue: float,
    midtones_strength: float,
    midtones_hue: float,
    highlights_strength: float,
    highlights_hue: float,
    balance: float,
) -> tuple[float, ...]:
    shadows = toward(shadows_hue, MOST * shadows_strength / 100)
    middle = toward(midtones_hue, MOST * midtones_strength / 100)
    highlights = toward(highlights_hue, MOST * highlights_strength / 100)
    # The three ranges as one polynomial of w for each channel.
    tints = (
        (s, 2 * (m - s), s - 2 * m + h) for s, m, h in zip(shadows, middle, highlights, strict=True)
    )
    return *chain.from_iterable(tints), 0.9 * balance / 100


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    r0, r1, r2 = constants[0], constants[1], constants[2]
    g0, g1, g2 = constants[3], constants[4], constants[5]
    b0, b1, b2 = constants[6], constants[7], constants[8]
    balance = constants[9]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            grey = luma(r[x], g[x], b[x])
            tone = unit(grey)
            middle = tone * (_ONE - tone)
            light = tone + balance * middle
            nr = r[x] + middle * (r0 + light * (r1 + light * r2))
            ng = g[x] + middle * (g0 + light * (g1 + light * g2))
            nb = b[x] + middle * (b0 + light * (b1 + light * b2))
            top = max(max(max(r[x], g[x]), b[x]), _ONE)
            floor = min(min(min(r[x], g[x]), b[x]), _ZERO)
            above = max(max(nr, ng), nb) - grey
            below = grey - min(min(nr, ng), nb)
            share = min(room(top - grey, grey - floor, above, below), _ONE)
            kept = grey - grey * share
            r[x] = kept + nr * share
            g[x] = kept + ng * share
            b[x] = kept + nb * share


def _reference(rgb: Pixels, **params: float) -> Pixels:
    *tints, balance = _prepare(**params)
    still, linear, square = np.array(tints).reshape(3, 3).T
    tone = np.clip(reference_luma(rgb), 0, 1)
    light = tone + balance * tone * (1 - tone)
    tint = still + light * linear + light**2 * square
    return reference_fitted(rgb + tone * (1 - tone) * tint, rgb)


def _active(**params: float) -> bool:
    return any(params[f"{tones}_strength"] > 0 for tones in ("shadows", "midtones", "highlights"))


def _hue(name: str) -> Param:
    return Param(name, "°", 0, 360, 0, "toward red, from yellow", "toward yellow, from red")


TOOL = Tool(
    name="color_grading",
    stage="colour",
    order=45,
    purpose="Tints the shadows, the middle tones and the highlights, each in a hue of its own.",
    params=(
        Param("shadows_strength", "", 0, 100, 0, "as they were", "more tinted shadows"),
        _hue("shadows_hue"),
        Param("midtones_strength", "", 0, 100, 0, "as they were", "more tinted middle tones"),
        _hue("midtones_hue"),
        Param("highlights_strength", "", 0, 100, 0, "as they were", "more tinted highlights"),
        _hue("highlights_hue"),
        Param("balance", "", -100, 100, 0, "more tones are shadows", "more tones are highlights"),
    ),
    words=("colour grading", "color grading", "split toning", "split tone"),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
    active=_active,
)
