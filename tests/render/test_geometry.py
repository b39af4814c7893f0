"""Geometry: pictures of another shape, the same bits however they are cut into tiles."""

from typing import Any

import cv2
import numpy as np
import pytest

from iea.errors import InvalidError
from iea.image import Picture, decode
from iea.program import Program
from iea.render import Window, render, render_pixels
from tests.images import photo
from tests.programs import document
from tests.render.test_engine import noise


def _moved(pixels: np.ndarray, *steps: tuple[str, dict[str, Any]], **options: Any) -> np.ndarray:
    listed = [{"tool": tool, "params": params} for tool, params in steps]
    return render_pixels(Program.parse(document(*listed)), pixels, **options)


def _smooth(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 60 * np.sin(x / 23 + i) + 60 * np.cos(y / 17 + 2 * i) for i in range(3)]
    return np.stack(waves, axis=-1).round().astype(np.uint8)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize(("turns", "times"), [(1, 1), (2, 2), (-1, 3)])
def test_quarter_turns_move_pixels_and_nothing_else(kind: type, turns: int, times: int) -> None:
    picture = noise(701, 45, kind)
    assert np.array_equal(_moved(picture, ("rotate", {"turns": turns})), np.rot90(picture, -times))


def test_four_quarter_turns_are_none() -> None:
    picture = noise(30, 41)
    assert np.array_equal(_moved(picture, *[("rotate", {"turns": 1})] * 4), picture)


@pytest.mark.parametrize(("direction", "axis"), [("horizontal", 1), ("vertical", 0)])
def test_a_flip_mirrors(direction: str, axis: int) -> None:
    picture = noise(33, 50)
    assert np.array_equal(
        _moved(picture, ("flip", {"direction": direction})), np.flip(picture, axis)
    )


def test_a_crop_is_a_slice() -> None:
    picture = noise(100, 200)
    rectangle = {"left": 0.1, "top": 0.2, "right": 0.6, "bottom": 0.9}
    assert np.array_equal(_moved(picture, ("crop", rectangle)), picture[20:90, 20:120])


@pytest.mark.parametrize(
    ("gravity", "left"), [("centre", 50), ("left", 0), ("bottom_right", 100), ("top", 50)]
)
def test_a_square_lies_where_gravity_pulls_it(gravity: str, left: int) -> None:
    picture = noise(100, 200)
    square = _moved(picture, ("crop", {"aspect": 1, "gravity": gravity}))
    assert np.array_equal(square, picture[:, left : left + 100])


def test_a_crop_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(InvalidError, match="right must be above left"):
        _moved(noise(9, 9), ("crop", {"left": 0.5, "right": 0.5}))


def test_an_enlargement_beyond_the_limit_is_refused() -> None:
    with pytest.raises(InvalidError, match="smaller size"):
        _moved(noise(9, 9), ("resize", {"long_side": 30000}))


@pytest.mark.parametrize("step", [("straighten", {"degrees": d}) for d in (-45, -7.3, 0.2, 31)])
def test_a_white_photo_stays_white_to_the_last_pixel_when_straightened(step: Any) -> None:
    white = np.full((300, 401, 3), 255, np.uint8)
    assert (_moved(white, step) == 255).all()


def test_straightening_reaches_into_no_corner_outside() -> None:
    # Places are compared: a picture that holds its own coordinates tells where pixels come from.
    y, x = np.mgrid[0:300, 0:400]
    places = np.stack([x * 100, y * 100, 0 * x], axis=-1).astype(np.uint16)
    made = _moved(places, ("straighten", {"degrees": 10})).astype(float) / 100
    assert made[..., 0].min() >= 0
    assert made[..., 0].max() <= 399
    corners = made[[0, 0, -1, -1], [0, -1, 0, -1], :2]
    edge = np.minimum(corners, np.array([399, 299]) - corners).min()
    assert edge < 2
    # Clockwise: what is at the upper left comes from further down and left.
    assert made[0, 0, 1] > made[0, -1, 1]


@pytest.mark.parametrize("amounts", [(100, 0), (-60, 0), (0, 80), (50, -50)])
def test_perspective_leaves_no_corner_empty_and_widens_the_right_side(
    amounts: tuple[float, float],
) -> None:
    y, x = np.mgrid[0:300, 0:400]
    places = np.stack([x * 100, y * 100, 0 * x], axis=-1).astype(np.uint16)
    vertical, horizontal = amounts
    made = _moved(places, ("perspective", {"vertical": vertical, "horizontal": horizontal}))
    made = made.astype(float) / 100
    if vertical > 0 and not horizontal:
        top, bottom = np.ptp(made[0, :, 0]), np.ptp(made[-1, :, 0])
        assert top < bottom * 0.7
    white = np.full((300, 400, 3), 255, np.uint8)
    steps = ("perspective", {"vertical": vertical, "horizontal": horizontal})
    assert (_moved(white, steps) == 255).all()


def test_a_turn_there_and_back_keeps_the_middle() -> None:
    picture = _smooth(400, 500)
    there = ("straighten", {"degrees": 8})
    back = ("straighten", {"degrees": -8})
    made = _moved(picture, there, back).astype(int)
    h, w = made.shape[:2]
    original = picture[200 - h // 2 :, 250 - w // 2 :][:h, :w].astype(int)
    assert np.abs(made - original)[10:-10, 10:-10].mean() < 4


def test_reducing_agrees_with_area_averages() -> None:
    picture = decode(photo()).pixels
    made = _moved(picture, ("resize", {"long_side": 100}))
    size = made.shape[1], made.shape[0]
    theirs = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    assert np.abs(made.astype(int) - theirs).mean() < 4


def test_enlarging_agrees_with_cubic_interpolation() -> None:
    picture = _smooth(60, 80)
    made = _moved(picture, ("resize", {"long_side": 200}))
    theirs = cv2.resize(picture, (200, 150), interpolation=cv2.INTER_CUBIC)
    assert np.abs(made.astype(int) - theirs)[8:-8, 8:-8].max() <= 3


def test_a_fine_checkerboard_reduced_is_grey() -> None:
    board = np.indices((700, 700)).sum(axis=0) % 2 * 255
    board = np.repeat(board[..., np.newaxis], 3, axis=2).astype(np.uint8)
    made = _moved(board, ("resize", {"long_side": 100})).astype(int)
    assert np.abs(made[2:-2, 2:-2] - 127.5).max() < 4


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (3, 2)])
def test_pictures_of_odd_sizes_survive_everything(size: tuple[int, int]) -> None:
    steps = (
        ("perspective", {"vertical": 30}),
        ("straighten", {"degrees": 5}),
        ("rotate", {"turns": 1}),
        ("crop", {"left": 0.4, "right": 0.41}),
        ("resize", {"long_side": 30}),
        ("vignette", {"amount": 50}),
    )
    assert max(_moved(noise(*size), *steps).shape[:2]) == 30


STEPS = (
    ("sharpen", {"amount": 50}),
    ("exposure", {"ev": 0.3}),
    ("straighten", {"degrees": 3}),
    ("perspective", {"vertical": 20}),
    ("resize", {"long_side": 1100}),
    ("vignette", {"amount": 50}),
)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_threads_and_windows_give_the_same_bytes(kind: type) -> None:
    picture = noise(900, 1300, kind)
    whole = _moved(picture, *STEPS, threads=1)
    assert np.array_equal(whole, _moved(picture, *STEPS, threads=2))
    window = Window(201, 133, 777, 600)
    assert np.array_equal(_moved(picture, *STEPS, window=window), whole[133:600, 201:777])


def test_the_vignette_comes_after_the_crop() -> None:
    grey = np.full((200, 400, 3), 180, np.uint8)
    crop = ("crop", {"left": 0.5})
    made = _moved(grey, crop, ("vignette", {"amount": 80})).astype(int)
    assert np.array_equal(made, made[:, ::-1])
    assert made[0, 0, 0] < made[100, 100, 0]


def test_transparency_moves_with_its_pixels() -> None:
    pixels = noise(20, 30)
    picture = Picture(pixels, pixels[..., 0].copy(), None, None, None, "png")
    program = Program.parse(document({"tool": "flip", "params": {"direction": "horizontal"}}))
    made = render(program, picture)
    assert made.alpha is not None
    assert np.array_equal(made.alpha, made.pixels[..., 0])
