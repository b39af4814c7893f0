"""Colour mixer: hue, saturation and luminance of eight colours, each by itself.

Every hue takes its three numbers from the two of the eight colours that it lies between, in smooth
steps. A pixel is its grey, of luma y, and its chroma c (largest less smallest channel) times the
direction of its hue. The mixer turns the direction by up to 30 degrees of the hexagonal wheel,
scales it by 0..2, and moves the grey by up to 0.6 c (2 - c) of its way to black or white: greys
have no chroma and stay, and hue and saturation keep the luma. A colour that would leave 0..1 is led
back toward its grey. Directions come from a table of 64 hues a sixth, straight between them.
"""

import numpy as np

from iea.tools._chroma import directions, green_of, reference_fitted, room, smooth_between
from iea.tools._declare import Constants, Frame, Maps, Param, Pixels, Planes, Tool, kernel
from iea.tools._pixel import TINY, luma, reference_luma

COLOURS = {
    "red": 0.0,
    "orange": 0.5,
    "yellow": 1.0,
    "green": 2.0,
    "aqua": 3.0,
    "blue": 4.0,
    "purple": 4.5,
    "magenta": 5.0,
}
"""The eight colours and their hues, in sixths of the wheel."""
KNOTS = 64
"""Hues of the table in a sixth."""
TURN, LIFT = 0.5, 0.6

_ZERO, _ONE, _TWO, _FOUR, _SIX = (np.float32(n) for n in (0, 1, 2, 4, 6))
_TINY, _KNOTS, _LIFT = np.float32(TINY), np.float32(KNOTS), np.float32(LIFT)


def _table(params: dict[str, float]) -> Pixels:
    """Return the knots, (6 KNOTS + 1, 4): the direction's red, green and blue, and the lift."""
    hue = np.arange(6 * KNOTS + 1) / KNOTS

    def wanted(what: str) -> Pixels:
        values = [params[f"{colour}_{what}"] / 100 for colour in COLOURS]
        return smooth_between(hue, tuple(COLOURS.values()), values)

    moved = directions(hue + TURN * wanted("hue")) * (1 + wanted("saturation"))[:, np.newaxis]
    return np.column_stack([moved, wanted("luminance")])


def _prepare(**params: float) -> tuple[float, ...]:
    # Green follows from red and blue: a fourth less to look up. The fourth column is padding.
    return tuple(_table(params)[:, [0, 2, 3, 3]].ravel().tolist())


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    columns = planes.shape[2]
    knots = np.empty(columns, np.uint16)
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        share, red, blue, lift = scratch[0, y], scratch[1, y], scratch[2, y], scratch[3, y]
        for x in range(columns):
            peak = max(max(r[x], g[x]), b[x])
            low = min(min(r[x], g[x]), b[x])
            from_green = r[x] - g[x] if peak == b[x] else b[x] - r[x]
            middle = _FOUR if peak == b[x] else _TWO
            from_red = g[x] - b[x] if peak == r[x] else from_green
            middle = _ZERO if peak == r[x] else middle
            hue = middle + from_red / max(peak - low, _TINY)
            hue = (hue + _SIX if hue < _ZERO else hue) * _KNOTS
            knot = min(np.int32(hue), np.int32(6 * KNOTS - 1))
            knots[x] = knot
            share[x] = hue - np.float32(knot)
        for x in range(columns):
            i = np.uint32(knots[x]) * np.uint32(4)
            part = share[x]
            red[x] = constants[i] + part * (constants[i + 4] - constants[i])
            blue[x] = constants[i + 1] + part * (constants[i + 5] - constants[i + 1])
            lift[x] = constants[i + 2] + part * (constants[i + 6] - constants[i + 2])
        for x in range(columns):
            peak = max(max(r[x], g[x]), b[x])
            low = min(min(r[x], g[x]), b[x])
            chroma = peak - low
            grey = luma(r[x], g[x], b[x])
            weight = _LIFT * chroma * max(_TWO - chroma, _ZERO)
            grey += weight * (max(lift[x], _ZERO) * (_ONE - grey) + min(lift[x], _ZERO) * grey)
            dr, db = chroma * red[x], chroma * blue[x]
            dg = green_of(dr, db)
            up, down = max(peak, _ONE) - grey, grey - min(low, _ZERO)
            above, below = max(max(dr, dg), db), -min(min(dr, dg), db)
            fitting = min(room(up, down, above, below), _ONE)
            r[x] = grey + dr * fitting
            g[x] = grey + dg * fitting
            b[x] = grey + db * fitting


def hue_and_chroma(rgb: Pixels) -> tuple[Pixels, Pixels]:
    """Return the hue of RGB samples, 0..6 in sixths of the wheel, and the chroma, 0..1."""
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    peak = rgb.max(axis=-1)
    chroma = peak - rgb.min(axis=-1)
    side = np.where(peak == r, g - b, np.where(peak == b, r - g, b - r))
    middle = np.where(peak == r, 0, np.where(peak == b, 4, 2))
    return (middle + side / np.maximum(chroma, TINY)) % 6, chroma


def _reference(rgb: Pixels, **params: float) -> Pixels:
    hue, chroma = hue_and_chroma(rgb)
    table, at = _table(params), np.arange(6 * KNOTS + 1) / KNOTS
    found = np.stack([np.interp(hue, at, column) for column in table.T], axis=-1)
    lift, chroma = found[..., 3:], chroma[..., np.newaxis]
    grey = reference_luma(rgb)
    weight = LIFT * chroma * np.maximum(2 - chroma, 0)
    grey = grey + weight * (np.maximum(lift, 0) * (1 - grey) + np.minimum(lift, 0) * grey)
    return reference_fitted(grey + chroma * found[..., :3], rgb)


def _active(**params: float) -> bool:
    return any(value != 0 for value in params.values())


def _three(colour: str, before: str, after: str) -> tuple[Param, ...]:
    return (
        Param(f"{colour}_hue", "", -100, 100, 0, f"{colour} toward {before}", f"toward {after}"),
        Param(f"{colour}_saturation", "", -100, 100, 0, f"paler {colour}", f"stronger {colour}"),
        Param(f"{colour}_luminance", "", -100, 100, 0, f"darker {colour}", f"lighter {colour}"),
    )


_ROUND = [*COLOURS, *COLOURS]

TOOL = Tool(
    name="color_mixer",
    stage="colour",
    order=35,
    purpose="Changes the hue, saturation and luminance of eight colours, each by itself.",
    params=tuple(
        param
        for i, colour in enumerate(COLOURS)
        for param in _three(colour, _ROUND[i - 1], _ROUND[i + 1])
    ),
    words=("colour mixer", "color mixer", "hsl", "single colours", "single colors"),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
    scratch=4,
    active=_active,
)
