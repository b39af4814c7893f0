"""What a wish takes hold of: one parameter of one tool in one place of the photo."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from iea.masks.places import ELSEWHERE, mask_of
from iea.program import Program, Step
from iea.tools import TOOLS, Param, Value
from services.planner.backend import Wish


@dataclass(frozen=True)
class Handle:
    """A parameter of a tool, there where `place` says."""

    tool: str
    param: str
    place: str = ""

    @classmethod
    def of(cls, wish: Wish) -> "Handle":
        """Return what a wish takes hold of."""
        return cls(wish.tool, wish.param or TOOLS[wish.tool].main.name, wish.region)

    @classmethod
    def main(cls, tool: str, place: str = "") -> "Handle":
        """Return the main parameter of a tool."""
        return cls(tool, TOOLS[tool].main.name, place)

    @property
    def declared(self) -> Param:
        """What the tool declares about the parameter."""
        named = (p for p in TOOLS[self.tool].params if p.name == self.param)
        param = next(named)
        assert isinstance(param, Param)
        return param

    def value(self, program: Program) -> float:
        """Return where the parameter stands in a program."""
        step = find(program, self.tool, self.place)
        value = self.declared.default if step is None else step.params[self.param]
        assert isinstance(value, int | float)
        return value

    def pushed(self, program: Program) -> float:
        """Return how far the parameter stands from where it does nothing."""
        return self.value(program) - self.declared.default

    def turned(
        self, program: Program, value: float, seed: int, also: Mapping[str, Value] | None = None
    ) -> Program:
        """Return a program with the parameter set; a step that then does nothing is left out."""
        return with_params(
            program, self.tool, {**(also or {}), self.param: value}, self.place, seed
        )

    def rounded(self, value: float) -> float:
        """Round a value to what a person would set: hundredths of a stop, else whole steps.

        Shares of the picture, which crops have, are rounded more finely.
        """
        param = self.declared
        coarse = 1 if abs(value) < 10 else 0
        digits = 4 if param.max <= 1 else 2 if param.max <= 10 else coarse
        return min(max(round(value, digits), param.min), param.max)


def find(program: Program, tool: str, place: str = "") -> Step | None:
    """Return the step of a tool in a place, or None."""
    mask = mask_of(place)
    return next((s for s in program.steps if s.tool == tool and s.mask == mask), None)


def with_params(
    program: Program, tool: str, params: Mapping[str, Value], place: str = "", seed: int = 0
) -> Program:
    """Return a program with a tool's parameters set; a step that then does nothing is left out."""
    step = find(program, tool, place)
    new = step or _new_step(program, tool, place, seed)
    new = replace(new, params={**new.params, **params})
    if new.declared.is_neutral(new.params):
        return program if step is None else program.without(step.id)
    if step is None:
        return replace(program, steps=(*program.steps, new))
    return replace(program, steps=tuple(new if s is step else s for s in program.steps))


def _new_step(program: Program, tool: str, place: str, seed: int) -> Step:
    """Return a step that does nothing yet, with an id that is free in the program."""
    params = TOOLS[tool].defaults()
    if "seed" in params:
        params["seed"] = seed
    name = "-".join(filter(None, [tool, place.replace(ELSEWHERE, "not-")]))
    return Step(tool, params, id=program.free_id(name), mask=mask_of(place))
