"""What the toolset promises about plans: names, order, ranges, and what changes nothing."""

import itertools

import numpy as np
import pytest

from iea.tools import Tool, iea16
from tests.tools.iea16.driving import photos, render

EVERYTHING = dict.fromkeys(iea16.TOOLS, 35)


def test_sixteen_tools_in_the_order_of_the_page() -> None:
    assert list(iea16.TOOLS) == [
        *("exposure", "brightness", "contrast", "fade", "natural_contrast"),
        *("highlights", "shadows", "whites", "blacks"),
        *("saturation", "vibrance", "temperature", "tint", "grain", "vignette", "sharpness"),
    ]
    orders = [tool.order for tool in iea16.TOOLS.values()]
    assert orders == sorted(set(orders))


@pytest.mark.parametrize("tool", iea16.TOOLS.values(), ids=iea16.TOOLS)
def test_every_tool_has_one_amount(tool: Tool) -> None:
    amount, *rest = tool.params
    assert (amount.name, amount.default) == ("amount", 0)
    assert tool.main.min == -100
    assert tool.main.max == 100
    assert [param.name for param in rest] == (["seed"] if tool.name == "grain" else [])
    assert tool.purpose.endswith(".")


def test_aliases_lead_to_tools() -> None:
    assert iea16.ALIASES == {
        "sharpen": "sharpness",
        "hue": "temperature",
        "lightness": "highlights",
    }
    assert set(iea16.ALIASES.values()) <= set(iea16.TOOLS)
    assert not set(iea16.ALIASES) & set(iea16.TOOLS)


def test_a_plan_that_does_nothing_has_no_passes() -> None:
    assert iea16.passes({}) == []
    assert iea16.passes({tool: {"amount": 0} for tool in iea16.TOOLS}) == []


def test_a_plan_of_all_tools_is_four_passes() -> None:
    assert len(iea16.passes({tool: {"amount": 20} for tool in iea16.TOOLS})) == 4


@pytest.mark.parametrize("tool", iea16.TOOLS)
def test_amounts_outside_the_range_are_clamped(tool: str) -> None:
    photo = photos()[0][:60]
    for sign in (-1, 1):
        edge = render(photo, {tool: 100 * sign})
        assert np.array_equal(render(photo, {tool: 250 * sign}), edge)


def test_the_order_of_asking_does_not_matter() -> None:
    photo = photos()[1][:60]
    backwards = dict(reversed(EVERYTHING.items()))
    assert np.array_equal(render(photo, EVERYTHING, 3), render(photo, backwards, 3))


@pytest.mark.parametrize("tool", iea16.TOOLS)
def test_every_tool_does_something_on_its_own(tool: str) -> None:
    photo = photos()[0][:60]
    through = render(photo, {"grain": -1})
    changed = {sign for sign in (-1, 1) if (render(photo, {tool: 60 * sign}) != through).any()}
    expected = {"grain": {1}, "vibrance": {-1}}
    assert changed == expected.get(tool, {-1, 1})


@pytest.mark.parametrize("window", [(0, 0, 200, 100), (333, 111, 400, 300), (500, 400, 640, 427)])
def test_a_window_has_the_bits_of_the_whole(window: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = window
    for photo, sign in itertools.product(photos(), (-1, 1)):
        plan = EVERYTHING | {"vignette": 40 * sign, "sharpness": 70 * sign}
        whole = render(photo, plan, 11)
        assert np.array_equal(render(photo, plan, 11, window), whole[top:bottom, left:right])
