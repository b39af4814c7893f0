"""What a wish takes hold of: one parameter of one tool in one place of the photo."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from iea.program import Program, Step
from iea.tools import TOOLS, Param, Value
from services.planner.backend import Wish
from services.planner.places import ELSEWHERE, mask_of


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

    def find(self, program: Program) -> Step | None:
        """Return the step of a program that has the parameter, or None."""
        mask = mask_of(self.place)
        return next((s for s in program.steps if s.tool == self.tool and s.mask == mask), None)

    def value(self, program: Program) -> float:
        """Return where the parameter stands in a program."""
        step = self.find(program)
        value = self.declared.default if step is None else step.params[self.param]
        assert isinstance(value, int | float)
        return value

    def turned(
        self, program: Program, value: float, seed: int, also: Mapping[str, Value] | None = None
    ) -> Program:
        """Return a program with the parameter set; a step that then does nothing is left out."""
        step = self.find(program)
        new = step or new_step(program, self.tool, self.place, seed)
        new = replace(new, params={**new.params, **(also or {}), self.param: value})
        if new.declared.is_neutral(new.params):
            return program if step is None else program.without(step.id)
        if step is None:
            return replace(program, steps=(*program.steps, new))
        return replace(program, steps=tuple(new if s is step else s for s in program.steps))

    def rounded(self, value: float) -> float:
        """Round a value to what a person would set: hundredths of a stop, else whole steps."""
        param = self.declared
        digits = 2 if param.max <= 10 else 1 if abs(value) < 10 else 0
        return min(max(round(value, digits), param.min), param.max)


def new_step(program: Program, tool: str, place: str = "", seed: int = 0) -> Step:
    """Return a step that does nothing yet, with an id that is free in the program."""
    params = TOOLS[tool].defaults()
    if "seed" in params:
        params["seed"] = seed
    name = "-".join(filter(None, [tool, place.replace(ELSEWHERE, "not-")]))
    taken = {other.id for other in program.steps}
    count = 1
    while (free := name if count == 1 else f"{name}-{count}") in taken:
        count += 1
    return Step(tool, params, id=free, mask=mask_of(place))
