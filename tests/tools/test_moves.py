"""The promises of the tools that move pixels: each pixel comes from where the formula says."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from iea.program import Program
from iea.render import render_pixels
from iea.tools import TOOLS
from tests.programs import document
from tests.tools.jumps import largest_jump

Places = tuple[np.ndarray, np.ndarray]
"""x and y in pixels, from the upper left corner of the picture."""

WIDTH, HEIGHT = 400, 300
UNIT = 100
"""What a sample grows by from pixel to pixel in a picture that holds its own places."""


def _moved(pixels: np.ndarray, tool: str, **params: Any) -> np.ndarray:
    return render_pixels(Program.parse(document({"tool": tool, "params": params})), pixels)


def _places() -> np.ndarray:
    """Return a 16-bit picture whose red is x and whose green is y of each pixel."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.stack([x * UNIT, y * UNIT, 0 * x], axis=-1).astype(np.uint16)


def _found(made: np.ndarray) -> Places:
    """Return where each pixel of a moved picture of places came from."""
    return made[..., 0] / UNIT + 0.5, made[..., 1] / UNIT + 0.5


def _perspective(u: np.ndarray, v: np.ndarray, vertical: float, horizontal: float) -> Places:
    k, m = 0.3 * vertical / 100, 0.3 * horizontal / 100
    across, down = 2 * u / WIDTH - 1, 2 * v / HEIGHT - 1
    share = (1 - abs(k) - abs(m)) / (1 - k * down - m * across)
    return (share * across + 1) * WIDTH / 2, (share * down + 1) * HEIGHT / 2


def _straighten(u: np.ndarray, v: np.ndarray, degrees: float) -> Places:
    turn = np.radians(degrees)
    across, down = u - u.mean(), v - v.mean()
    return (
        WIDTH / 2 + np.cos(turn) * across + np.sin(turn) * down,
        HEIGHT / 2 - np.sin(turn) * across + np.cos(turn) * down,
    )


def _rotate(u: np.ndarray, v: np.ndarray, turns: int) -> Places:
    return {1: (v, HEIGHT - u), 2: (WIDTH - u, HEIGHT - v), -1: (WIDTH - v, u)}[turns]


def _flip(u: np.ndarray, v: np.ndarray, direction: str) -> Places:
    return (WIDTH - u, v) if direction == "horizontal" else (u, HEIGHT - v)


def _crop(
    u: np.ndarray, v: np.ndarray, left: float = 0, top: float = 0, **_: float | str
) -> Places:
    return u + round(left * WIDTH), v + round(top * HEIGHT)


def _resize(u: np.ndarray, v: np.ndarray, long_side: int) -> Places:
    return u * WIDTH / u.shape[1], v * HEIGHT / v.shape[0]


REFERENCES: dict[str, Callable[..., Places]] = {
    "perspective": _perspective,
    "straighten": _straighten,
    "rotate": _rotate,
    "flip": _flip,
    "crop": _crop,
    "resize": _resize,
}
"""From the middle of a pixel of the new picture to the place in the old one that it shows."""


def test_every_tool_that_moves_pixels_has_a_reference() -> None:
    assert REFERENCES.keys() == {t.name for t in TOOLS.values() if t.geometry is not None}


@pytest.mark.parametrize(
    ("tool", "params"),
    [
        *(
            ("perspective", {"vertical": v, "horizontal": h})
            for v, h in [(100, 0), (-60, 0), (0, 80), (40, -70)]
        ),
        *(("straighten", {"degrees": degrees}) for degrees in (-45, -12.5, -0.3, 2, 30, 45)),
        *(("rotate", {"turns": turns}) for turns in (-1, 1, 2)),
        *(("flip", {"direction": direction}) for direction in ("horizontal", "vertical")),
        ("crop", {"left": 0.123, "top": 0.4, "right": 0.9, "bottom": 0.77}),
        ("crop", {"left": 0.2, "aspect": 3, "gravity": "top_left"}),
        *(("resize", {"long_side": side}) for side in (37, 150, 399, 401, 900)),
    ],
)
def test_each_pixel_comes_from_where_the_reference_says(tool: str, params: dict[str, Any]) -> None:
    made = _moved(_places(), tool, **params)
    y, x = np.mgrid[0 : made.shape[0], 0 : made.shape[1]]
    expected = REFERENCES[tool](x + 0.5, y + 0.5, **params)
    # At the edges neighbours are missing: of enlargements one or two, of reductions more.
    margin = 3 * max(1, WIDTH / made.shape[1])
    sides = [(margin, WIDTH - margin), (margin, HEIGHT - margin)]
    inside = np.all(
        [(p > low) & (p < high) for p, (low, high) in zip(expected, sides, strict=True)], axis=0
    )
    assert inside.mean() > 0.5
    for place, wanted in zip(_found(made), expected, strict=True):
        assert np.abs(place - wanted)[inside].max() < 0.02


def _leaning(made: np.ndarray, axis: int) -> float:
    """Return how wide the first row of places, or column, is drawn beside the last."""
    place = np.moveaxis(_found(made)[axis], axis, 0)
    return float(np.ptp(place[-1]) / np.ptp(place[0]))


def _turn(made: np.ndarray) -> float:
    """Return how much higher places lie, in pixels, from one column to the next."""
    y = _found(made)[1]
    return float((y[0, 0] - y[0, -1]) / y.shape[1])


@pytest.mark.parametrize(
    ("tool", "param", "values", "measure"),
    [
        ("perspective", "vertical", range(-100, 101, 20), lambda made: _leaning(made, 0)),
        ("perspective", "horizontal", range(-100, 101, 20), lambda made: _leaning(made, 1)),
        ("straighten", "degrees", range(-45, 46, 5), _turn),
        ("crop", "left", np.arange(0, 1, 0.1), lambda made: -made.shape[1]),
        ("crop", "top", np.arange(0, 1, 0.1), lambda made: -made.shape[0]),
        ("crop", "right", np.arange(0.1, 1, 0.1), lambda made: made.shape[1]),
        ("crop", "bottom", np.arange(0.1, 1, 0.1), lambda made: made.shape[0]),
        ("crop", "aspect", (0.2, 1, 3, 20), lambda made: made.shape[1] / made.shape[0]),
        ("resize", "long_side", (1, 20, 200, 399, 400, 401, 1000), lambda made: made.shape[1]),
    ],
)
def test_more_of_it_moves_the_picture_one_way(
    tool: str, param: str, values: Any, measure: Any
) -> None:
    found = [measure(_moved(_places(), tool, **{param: value})) for value in values]
    assert all(b > a for a, b in itertools.pairwise(found))


@pytest.mark.parametrize("param", ["vertical", "horizontal"])
def test_perspective_never_jumps(param: str) -> None:
    y, x = np.mgrid[0:45, 0:60]
    waves = [0.5 + 0.2 * np.sin(x / 7 + i) + 0.2 * np.cos(y / 9 + 2 * i) for i in range(3)]
    smooth = (65535 * np.stack(waves, axis=-1)).astype(np.uint16)

    def picture(value: float) -> np.ndarray:
        return _moved(smooth, "perspective", **{param: value}) / 65535

    assert largest_jump(picture, -100, 100) == 0


@pytest.mark.parametrize(
    ("tool", "param", "low", "high"),
    [
        ("straighten", "degrees", -45, 45),
        ("crop", "left", 0, 1),
        ("crop", "top", 0, 1),
        ("crop", "right", 0, 1),
        ("crop", "bottom", 0, 1),
    ],
)
def test_sizes_change_a_pixel_at_a_time(tool: str, param: str, low: float, high: float) -> None:
    """A picture has whole pixels: its size steps, but never by more than one."""
    declared, geometry = TOOLS[tool], TOOLS[tool].geometry
    assert geometry is not None
    sizes = [
        geometry((WIDTH, HEIGHT), **{**declared.defaults(), param: float(value)}).size
        for value in np.linspace(low, high, 10_001)
    ]
    assert np.abs(np.diff(sizes, axis=0)).max() == 1


@pytest.mark.parametrize(
    ("tool", "params"),
    [
        ("perspective", {"vertical": 50}),
        ("straighten", {"degrees": 4}),
        ("resize", {"long_side": 500}),
    ],
)
def test_sixteen_bits_stay_finely_graded(tool: str, params: dict[str, Any]) -> None:
    ramp = np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH, 1).repeat(3, axis=2) // 2
    assert len(np.unique(_moved(ramp.astype(np.uint16), tool, **params))) > 20_000
