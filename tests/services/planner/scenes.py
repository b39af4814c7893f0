"""Photos as the planner sees them, and conversations held with it."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from iea.image import decode, decode_small, to_8bit
from iea.measure import Gauge
from iea.program import Program
from iea.render import render_pixels
from services.planner.dialogue import Turn
from services.planner.embedded import Embedded
from services.planner.plan import Plan, Request, plan
from services.planner.view import SIZE, Pixels, View
from tests import images

PHOTOS = {"temple": images.photo, "flower": images.flower}
BACKEND = Embedded()


@cache
def small(name: str) -> Pixels:
    return to_8bit(decode_small(PHOTOS[name](), SIZE).pixels)


def view(name: str) -> View:
    return View(small(name), lambda: decode(PHOTOS[name]()).pixels)


def plain_view(level: int) -> View:
    """A photo of one grey."""
    pixels = np.full((64, 96, 3), level, np.uint8)
    return View(pixels, lambda: pixels)


def ask(words: str, name: str = "temple", history: Sequence[Turn] = (), seed: int = 0) -> Plan:
    return plan(Request(words, view(name), history, seed), BACKEND)


def talk(*requests: str, name: str = "temple") -> list[Plan]:
    """Hold a conversation as the gateway does: an undo moves the head."""
    plans, history = [], list[Turn]()
    for words in requests:
        planned = ask(words, name, history)
        plans.append(planned)
        if planned.undo:
            history = history[: len(history) - planned.undo]
        elif planned.kind == "edited":
            history.append(Turn(words, planned.patch, planned.program))
    return plans


def measured(program: Program, name: str) -> dict[str, float]:
    """Measure a program's picture on the whole of the small copy, not on what the solver saw."""
    return Gauge(small(name)).read(to_8bit(render_pixels(program, small(name))))


def amounts(program: Program) -> dict[str, float]:
    return {step.tool: step.amount for step in program.steps}
