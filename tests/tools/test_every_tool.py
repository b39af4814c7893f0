"""The same promises for every tool, made from the registry."""

import itertools
import json

import numpy as np
import pytest

from iea.program import Program
from iea.render import render_pixels
from iea.render._passes import Photo, passes_of
from iea.tools import STAGES, TOOLS, Param, Tool, describe
from tests.programs import PIXEL_TOOLS, document

every_tool = pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
NUMERIC = {name: TOOLS[name] for name in PIXEL_TOOLS if isinstance(TOOLS[name].params[0], Param)}
numeric_tool = pytest.mark.parametrize("tool", NUMERIC.values(), ids=NUMERIC)
"""Every tool that changes pixels by a number; the others have tests of their own."""


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


def _at(tool: Tool, value: float) -> Program:
    params = {**tool.defaults(), tool.main.name: value}
    if "seed" in params:
        params["seed"] = 123_456_789
    return Program.parse(document({"tool": tool.name, "params": params}))


def _values(tool: Tool) -> list[float]:
    return [round(float(v), 6) for v in np.linspace(tool.main.min, tool.main.max, 9)]


@numeric_tool
def test_the_kernel_agrees_with_its_float64_reference(tool: Tool) -> None:
    scene = _scene()
    for value in _values(tool):
        program = _at(tool, value)
        rendered = render_pixels(program, scene) / 65535
        expected = np.clip(tool.reference(scene / 65535, **program.steps[0].params), 0, 1)
        # In 16 bit, so that the final rounding does not hide a fault.
        assert np.abs(rendered - expected).max() <= 0.5 / 255


@numeric_tool
def test_the_default_changes_nothing(tool: Tool) -> None:
    scene = _scene()
    neutral = tool.reference(scene / 65535, **tool.defaults())
    assert np.abs(neutral - scene / 65535).max() < 1 / 65535
    assert np.array_equal(render_pixels(_at(tool, tool.main.default), scene), scene)


@numeric_tool
def test_close_to_the_default_is_close_to_the_original(tool: Tool) -> None:
    scene = _scene()
    main = tool.main
    for sign in (-1, 1):
        value = main.default + sign * 1e-6
        if main.min <= value <= main.max:
            moved = render_pixels(_at(tool, value), scene).astype(int)
            assert np.abs(moved - scene).max() <= 1


@numeric_tool
def test_a_hundredth_of_the_range_never_jumps(tool: Tool) -> None:
    scene = _scene() / 65535
    main = tool.main
    values = np.linspace(main.min, main.max, 101)
    extra = {k: v for k, v in tool.defaults().items() if k != main.name}
    pictures = [np.clip(tool.reference(scene, **{main.name: v}, **extra), 0, 1) for v in values]
    steps = [float(np.abs(b - a).max()) for a, b in itertools.pairwise(pictures)]
    # Continuous: no step of 1 % moves a sample by more than the whole range allows evenly, tenfold.
    assert max(steps) <= max(10 * sum(steps) / len(steps), 10 / 255)


@numeric_tool
def test_more_of_it_moves_the_attribute_one_way(tool: Tool) -> None:
    """The mean signed change along the tool's own direction grows with the parameter."""
    rng = np.random.default_rng(3)
    # All tones, with noise that denoising takes for noise.
    tones = np.linspace(0.15, 0.75, 40)[:, np.newaxis] * np.array([1, 0.9, 0.8])
    scene = tones + 0.1 * rng.random((40, 40, 3))
    extra = {k: v for k, v in tool.defaults().items() if k != tool.main.name}
    pictures = [tool.reference(scene, **{tool.main.name: v}, **extra) for v in _values(tool)]
    way = pictures[-1] - pictures[0]
    along = [float((picture * way).sum()) for picture in pictures]
    assert all(b > a for a, b in itertools.pairwise(along))


@numeric_tool
@pytest.mark.parametrize("bits", [8, 16])
def test_threads_and_crops_give_the_same_bytes(tool: Tool, bits: int) -> None:
    from iea.render import Window

    rng = np.random.default_rng(5)
    kind = np.uint8 if bits == 8 else np.uint16
    picture = rng.integers(0, 2**bits, (1100, 1300, 3)).astype(kind)
    program = _at(tool, tool.main.max / 2)
    whole = render_pixels(program, picture, threads=1)
    assert np.array_equal(whole, render_pixels(program, picture, threads=2))
    window = Window(333, 211, 600, 777)
    part = render_pixels(program, picture, window=window)
    assert np.array_equal(part, whole[211:777, 333:600])


@every_tool
def test_the_declaration_is_complete(tool: Tool) -> None:
    described = json.loads(json.dumps(describe(tool)))
    assert set(described) == {"name", "stage", "purpose", "masks", "params"}
    assert tool.stage in STAGES
    assert tool.purpose.endswith(".")
    assert tool.words.names
    assert tool.words.plus or not tool.solvable
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


@numeric_tool
def test_constants_are_finite_over_the_whole_range(tool: Tool) -> None:
    picture = Photo(_scene())
    for value in _values(tool):
        for one in passes_of(_at(tool, value).ordered, picture):
            assert np.isfinite(one.constants).all()
            assert one.maps is None or np.isfinite(one.maps.planes).all()
