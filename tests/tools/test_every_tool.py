"""The same promises for every tool, made from the registry.

What only tools that move pixels promise is in test_moves.py.
"""

import itertools
import json
from typing import Any, NamedTuple

import numpy as np
import pytest

from iea.masks import Mask, evaluate
from iea.program import Program, Step
from iea.render import Window, render_pixels
from iea.render._passes import Photo, batch, passes_of, run
from iea.tools import STAGES, TOOLS, Param, Tool, Value, describe
from tests.programs import document
from tests.render.golden import FILES, step_of
from tests.tools.jumps import largest_jump

CHANGING = {name: tool for name, tool in TOOLS.items() if tool.geometry is None}
every_tool = pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
changing_tool = pytest.mark.parametrize("tool", CHANGING.values(), ids=CHANGING)
both_depths = pytest.mark.parametrize("kind", [np.uint8, np.uint16])

# ---------------------------------------------------------------------------- what can be turned


class Knob(NamedTuple):
    """A number of a tool, and what else must be set so that it can be seen."""

    tool: Tool
    name: str
    min: float
    max: float
    default: float
    others: dict[str, Value]

    def at(self, value: float) -> Step:
        """Return a step of the tool with the knob at a value."""
        if self.tool.name == "tone_curve":
            return Step("tone_curve", {"points": ((0.0, 0.0), (0.4, value), (1.0, 1.0))})
        return Step(self.tool.name, {**self.tool.defaults(), **self.others, self.name: value})


OTHERS: dict[str, dict[str, Value]] = {
    "black_and_white": {"amount": 100.0},
    "color_grading": {
        "shadows_strength": 100.0,
        "shadows_hue": 220.0,
        "midtones_strength": 100.0,
        "midtones_hue": 100.0,
        "highlights_strength": 100.0,
        "highlights_hue": 40.0,
    },
    "grain": {"seed": 123_456_789},
    "lut": {"file": next(iter(FILES))},
    "sepia": {"amount": 100.0},
    "vignette": {"amount": 100.0},
}
"""What must be set beside a number that does nothing by itself."""

KNOBS = {
    f"{tool.name}.{param.name}": Knob(
        tool, param.name, param.min, param.max, param.default, OTHERS.get(tool.name, {})
    )
    for tool in CHANGING.values()
    for param in tool.params
    if isinstance(param, Param) and not param.integer
} | {"tone_curve.height": Knob(TOOLS["tone_curve"], "height", 0.0, 1.0, 0.4, {})}
"""Every number of every tool, but for seeds; and the height of a point of a curve."""

MAINS = {
    key: knob for key, knob in KNOBS.items() if knob.name in (knob.tool.params[0].name, "height")
}
ROUND = {key: knob for key, knob in KNOBS.items() if knob.name.endswith("hue") and knob.max == 360}
"""Angles: they have no more and less, but come round."""
GROWING = {key: knob for key, knob in KNOBS.items() if key not in ROUND}

every_knob = pytest.mark.parametrize("knob", KNOBS.values(), ids=KNOBS)
main_knob = pytest.mark.parametrize("knob", MAINS.values(), ids=MAINS)
growing_knob = pytest.mark.parametrize("knob", GROWING.values(), ids=GROWING)


def _values(knob: Knob) -> list[float]:
    return [round(float(v), 6) for v in np.linspace(knob.min, knob.max, 9)]


def _rendered(step: Step, pixels: np.ndarray, **options: Any) -> np.ndarray:
    return render_pixels(Program((step,)), pixels, files=FILES.__getitem__, **options)


def _expected(step: Step, scene: np.ndarray) -> np.ndarray:
    """Return what the tool's reference makes of a scene of 0..1."""
    files = {"files": FILES.__getitem__} if step.tool == "lut" else {}
    reference = step.declared.reference
    assert reference is not None
    return reference(scene, **step.params, **files)


def _shown(tool: Tool, **more: Any) -> Step:
    """Return a step of the tool that can be seen."""
    return Program.parse(document({**step_of(tool.name), **more})).steps[0]


# ---------------------------------------------------------------------------- scenes


def _scene(height: int = 61, width: int = 83) -> np.ndarray:
    """Return 16-bit pixels with every kind of place: noise, ramps, black, white, pure colours."""
    rng = np.random.default_rng(7)
    scene = rng.integers(0, 65536, (height, width, 3)).astype(np.uint16)
    ramp = np.linspace(0, 65535, width).astype(np.uint16)
    scene[:8] = ramp[np.newaxis, :, np.newaxis]
    scene[8:12] = (ramp[:, np.newaxis] * np.array([1, 0.6, 0.3])).astype(np.uint16)
    scene[12:14], scene[14:16] = 0, 65535
    for i in range(3):
        scene[16 + 2 * i : 18 + 2 * i] = 0
        scene[16 + 2 * i : 18 + 2 * i, :, i] = 65535
    return scene


def _wide() -> np.ndarray:
    """Return the scene so often beside itself that it has small copies, which it does not fill."""
    return np.ascontiguousarray(np.tile(_scene(41, 93), (1, 12, 1))[:, :1107])


def _calm(kind: type) -> np.ndarray:
    """Return colours of middle tones, which no gentle step leads to black or white."""
    rng, top = np.random.default_rng(12), np.iinfo(kind).max
    y, x = np.mgrid[0:110, 0:150]
    waves = np.stack([0.42 + 0.2 * np.sin(x / 9 + i) * np.cos(y / 5 + i) for i in range(3)], -1)
    return ((waves + 0.08 * rng.random(waves.shape)) * top).astype(kind)


# ---------------------------------------------------------------------------- identity


@every_tool
@both_depths
def test_the_default_changes_nothing(tool: Tool, kind: type) -> None:
    pixels: np.ndarray = (_scene() // (65536 // (np.iinfo(kind).max + 1))).astype(kind)
    assert tool.is_neutral({})
    assert np.array_equal(_rendered(Step(tool.name, tool.defaults()), pixels), pixels)


@changing_tool
def test_the_kernel_at_the_default_would_change_nothing_either(tool: Tool) -> None:
    scene = _scene()
    params = {**tool.defaults(), **({} if tool.name != "lut" else OTHERS["lut"] | {"amount": 0})}
    step = Step(tool.name, params)
    assert step.declared.is_neutral(params)
    assert np.abs(_expected(step, scene / 65535) - scene / 65535).max() < 1 / 65535
    before = np.moveaxis(scene / 65535, -1, 0).astype(np.float32)
    after = np.ascontiguousarray(before)
    run(batch(passes_of([step], Photo(scene, FILES.__getitem__))), after)
    assert np.abs(after - before).max() < 1 / 65535


@every_knob
def test_close_to_the_default_is_close_to_what_it_gives(knob: Knob) -> None:
    scene = _scene()
    still = _rendered(knob.at(knob.default), scene).astype(int)
    for value in (knob.default - 1e-6, knob.default + 1e-6):
        if knob.min <= value <= knob.max:
            assert np.abs(_rendered(knob.at(value), scene) - still).max() <= 1


# ---------------------------------------------------------------------------- reference


@every_knob
def test_the_kernel_agrees_with_its_float64_reference(knob: Knob) -> None:
    scene = _scene()
    for value in _values(knob):
        rendered = _rendered(knob.at(value), scene) / 65535
        expected = np.clip(_expected(knob.at(value), scene / 65535), 0, 1)
        # In 16 bit, so that the final rounding does not hide a fault.
        assert np.abs(rendered - expected).max() <= 0.5 / 255


@every_knob
def test_constants_are_finite_over_the_whole_range(knob: Knob) -> None:
    picture = Photo(_scene(), FILES.__getitem__)
    for value in _values(knob):
        for one in passes_of([knob.at(value)], picture):
            assert np.isfinite(one.constants).all()
            assert one.maps is None or np.isfinite(one.maps.planes).all()


# ---------------------------------------------------------------------------- continuity


@every_knob
def test_no_picture_jumps_wherever_a_number_is_turned(knob: Knob) -> None:
    # Small copies and neighbours only show in pictures that are larger than the copies.
    far = knob.tool.survey is not None or knob.tool.halo > 0
    scene = _wide() if far else _scene()

    def picture(value: float) -> np.ndarray:
        rendered: np.ndarray = _rendered(knob.at(value), scene, threads=1) / 65535
        return rendered

    assert largest_jump(picture, knob.min, knob.max) == 0


@main_knob
def test_no_reference_jumps(knob: Knob) -> None:
    scene = _scene(48, 61) / 65535

    def picture(value: float) -> np.ndarray:
        return _expected(knob.at(value), scene).clip(0, 1)

    assert largest_jump(picture, knob.min, knob.max) == 0


@pytest.mark.parametrize("height", [1.5, 40])
def test_a_jump_would_be_found_however_steep_its_surroundings(height: float) -> None:
    def picture(value: float) -> np.ndarray:
        return np.array([0.8 * value, (value > 0.6172) * height / 255 + 0.2 * value])

    assert largest_jump(picture, 0, 1) == pytest.approx(height / 255, abs=0.1 / 255)
    assert largest_jump(lambda value: np.array([value**8]), 0, 1) == 0


@pytest.mark.parametrize("knob", ROUND.values(), ids=ROUND)
def test_a_hue_comes_round(knob: Knob) -> None:
    scene = _scene()
    assert np.array_equal(_rendered(knob.at(0), scene), _rendered(knob.at(360), scene))


# ---------------------------------------------------------------------------- monotony


@growing_knob
def test_more_of_it_moves_the_attribute_one_way(knob: Knob) -> None:
    """The mean signed change along the knob's own direction grows with it."""
    rng = np.random.default_rng(3)
    # All tones, with noise that denoising takes for noise; no square, in which circles are frames.
    tones = np.linspace(0.15, 0.75, 40)[:, np.newaxis] * np.array([1, 0.9, 0.8])
    scene = tones + 0.1 * rng.random((30, 40, 3))
    pictures = [_expected(knob.at(value), scene) for value in _values(knob)]
    way = pictures[-1] - pictures[0]
    along = [float((picture * way).sum()) for picture in pictures]
    assert all(b > a for a, b in itertools.pairwise(along))


# ---------------------------------------------------------------------------- masks

_PART = {"kind": "radial", "x": 0.5, "y": 0.5, "width": 0.4, "height": 0.4, "feather": 60}
DISC = {"parts": [_PART]}

MASKED = {name: tool for name, tool in CHANGING.items() if tool.masks}
masked_tool = pytest.mark.parametrize("tool", MASKED.values(), ids=MASKED)


@masked_tool
@both_depths
def test_a_mask_blends_the_step_with_the_original(tool: Tool, kind: type) -> None:
    pixels = _calm(kind)
    photo = Photo(pixels)
    small = photo.small(512)
    cover = evaluate(Mask.parse(DISC), small.planes, small.step, photo.size)[..., np.newaxis]
    whole = _rendered(_shown(tool), pixels).astype(float)
    masked = _rendered(_shown(tool, mask=DISC), pixels)
    assert not np.array_equal(whole, pixels)
    assert np.array_equal(np.where(cover == 0, masked, pixels), pixels)
    assert np.array_equal(np.where(cover == 1, masked, whole), whole)
    assert 0.1 < (cover == 0).mean() < 0.9
    assert (cover == 1).any()
    # Each of the two is rounded by itself.
    assert np.abs(masked - (pixels + cover * (whole - pixels))).max() <= 1


# ---------------------------------------------------------------------------- exactness


WAYS = dict.fromkeys(CHANGING) | {f"{name}-masked": DISC for name in MASKED}


@both_depths
@pytest.mark.parametrize("way", WAYS)
def test_threads_and_crops_give_the_same_bytes(way: str, kind: type) -> None:
    rng = np.random.default_rng(5)
    picture: np.ndarray = rng.integers(0, np.iinfo(kind).max + 1, (1100, 1300, 3)).astype(kind)
    step = _shown(TOOLS[way.removesuffix("-masked")], mask=WAYS[way])
    whole = _rendered(step, picture, threads=1)
    assert np.array_equal(whole, _rendered(step, picture, threads=2))
    part = _rendered(step, picture, window=Window(333, 211, 600, 777))
    assert np.array_equal(part, whole[211:777, 333:600])


@changing_tool
def test_sixteen_bits_are_graded_more_finely_than_eight(tool: Tool) -> None:
    # Tones of one colour, from dark to light along rows that go on where the last one ended.
    tones = np.arange(2**16).reshape(256, 256, 1) * np.array([0.9, 0.7, 0.5])
    made = _rendered(_shown(tool), tones.astype(np.uint16))
    assert made.dtype == np.uint16
    assert all(len(np.unique(made[..., channel])) > 10_000 for channel in range(3))


@every_tool
def test_eight_bits_are_sixteen_rounded(tool: Tool) -> None:
    scene = np.tile((_scene() >> 8).astype(np.uint8), (4, 4, 1))
    eight = _rendered(_shown(tool), scene).astype(int)
    sixteen = _rendered(_shown(tool), scene.astype(np.uint16) * np.uint16(257)).astype(int)
    # What lies halfway between two codes is rounded either way: sharpening's limit is 25.5 codes.
    assert np.abs((sixteen + 128) // 257 - eight).max() <= 1
    assert ((sixteen + 128) // 257 == eight).mean() > 0.98


# ---------------------------------------------------------------------------- declaration


@every_tool
def test_the_declaration_is_complete(tool: Tool) -> None:
    described = json.loads(json.dumps(describe(tool)))
    assert set(described) == {"name", "stage", "purpose", "masks", "params"}
    assert tool.stage in STAGES
    assert tool.purpose.endswith(".")
    assert tool.words
    for param in tool.params:
        assert param.about()
        assert param.read(param.default) == param.default
        if isinstance(param, Param):
            assert param.minus
            assert param.plus
    keys = {"name", "unit", "min", "max", "default", "minus", "plus"}
    numbers = [param for param in described["params"] if "kind" not in param]
    assert all(set(param) == keys for param in numbers)
    assert len(numbers) == sum(isinstance(param, Param) for param in tool.params)
