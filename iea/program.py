"""Programs: short lists of parameterised tool steps, and how they change from turn to turn."""

import hashlib
import json
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import Any, Literal, Self

from iea import tools
from iea.errors import InvalidError, Violation
from iea.masks import Mask, read_mask
from iea.tools import TOOLSETS, Param, Tool, Toolset, Value

MAX_STEPS = 64
MAX_REASON = 500
"""Characters of the reason of one step."""
MAX_PROGRAM_BYTES = 1 << 20


@dataclass(frozen=True)
class Step:
    """One tool with its parameters.

    `params` holds every parameter of the tool; with a mask it works only there. `id` is unique in a
    program and stays with the step from turn to turn; `reason` says in words where it came from.
    Neither changes the picture.
    """

    tool: str
    params: Mapping[str, Value]
    id: str = ""
    reason: str = ""
    mask: Mask | None = None
    toolset: str = tools.NAME

    @property
    def declared(self) -> Tool:
        """What the tool declares about itself."""
        return TOOLSETS[self.toolset].tools[self.tool]

    @property
    def amount(self) -> float:
        """The value of the tool's main parameter."""
        value = self.params[self.declared.main.name]
        assert isinstance(value, int | float)
        return value

    def with_amount(self, amount: float) -> Self:
        """Return the step with its main parameter set, clamped to the range."""
        main = self.declared.main
        value = min(max(amount, main.min), main.max)
        return replace(self, params={**self.params, main.name: value})

    def to_json(self) -> dict[str, Any]:
        """Return the step as it stands in program files and traces."""
        return {
            "id": self.id,
            **self.decisive(),
            "reason": self.reason,
        }

    def decisive(self) -> dict[str, Any]:
        """Return what of the step decides the picture, as JSON."""
        return {
            "tool": self.tool,
            "params": {name: _to_json(value) for name, value in self.params.items()},
            "mask": None if self.mask is None else self.mask.to_json(),
        }


@dataclass(frozen=True)
class Program:
    """A toolset and the steps to take, in any order: they are rendered in pipeline order."""

    steps: tuple[Step, ...] = ()
    toolset: str = tools.NAME

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Validate a program given as parsed JSON.

        Raises `InvalidError` with every violation found: nothing malformed is ever defaulted.
        """
        toolset, steps = _Reader().program(value)
        return cls(tuple(steps), toolset.name)

    @classmethod
    def loads(cls, text: str | bytes, *, name: str = "the program") -> Self:
        """Validate a program given as JSON text; `name` is what errors call it."""
        if len(text) > MAX_PROGRAM_BYTES:
            raise InvalidError(f"{name} is larger than 1 MiB: a program is a short list of steps.")
        try:
            value = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise InvalidError(f"{name} is not JSON ({error}): write it as JSON.") from None
        try:
            return cls.parse(value)
        except InvalidError as error:
            raise InvalidError(f"{name}: {error}", error.violations) from None

    def to_json(self) -> dict[str, Any]:
        """Return the program as a JSON value, steps in the order they were asked for."""
        return {
            "toolset": {"name": self.toolset, "version": TOOLSETS[self.toolset].version},
            "steps": [step.to_json() for step in self.steps],
        }

    @cached_property
    def ordered(self) -> tuple[Step, ...]:
        """The steps that change something, in pipeline order; ties keep the order of asking."""
        place = TOOLSETS[self.toolset].place
        active = (s for s in self.steps if not s.declared.is_neutral(s.params))
        return tuple(sorted(active, key=lambda step: place(step.declared)))

    @cached_property
    def key(self) -> Hashable:
        """What decides the picture, as a quick key for a cache in one process."""
        return self.toolset, *((s.tool, tuple(s.params.items()), s.mask) for s in self.ordered)

    @cached_property
    def canonical(self) -> bytes:
        """What decides the picture, as canonical JSON (RFC 8785).

        Steps in pipeline order, without ids, reasons and steps that change nothing: two programs
        with the same canonical form render the same pixels.
        """
        import rfc8785

        steps = [step.decisive() for step in self.ordered]
        return rfc8785.dumps({**self.to_json(), "steps": steps})

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the canonical form, in hexadecimal."""
        return hashlib.sha256(self.canonical).hexdigest()

    def without(self, step_id: str) -> "Program":
        """Return the program without one step."""
        return replace(self, steps=tuple(s for s in self.steps if s.id != step_id))

    def free_id(self, name: str) -> str:
        """Return an id for a new step: the name, with a number where it is taken."""
        taken = {step.id for step in self.steps}
        names = (name if n == 1 else f"{name}-{n}" for n in count(1))
        return next(free for free in names if free not in taken)

    def find(self, tool: str) -> Step | None:
        """Return the step of a tool, or None."""
        return next((step for step in self.steps if step.tool == tool), None)


@dataclass(frozen=True)
class Change:
    """One change of a program: part of a patch."""

    op: Literal["add", "adjust", "remove", "reset"]
    step: Step | None = None
    """The step as it is after `add` and `adjust`, as it was before `remove`; None for `reset`."""

    def to_json(self) -> dict[str, Any]:
        """Return the change as it stands in traces."""
        return (
            {"op": self.op} if self.step is None else {"op": self.op, "step": self.step.to_json()}
        )


Patch = tuple[Change, ...]


def apply_patch(program: Program, patch: Iterable[Change]) -> Program:
    """Return the program after a patch.

    Raises `InvalidError` where a change names a step that is not there.
    """
    steps = {step.id: step for step in program.steps}
    for change in patch:
        if change.step is None:
            steps.clear()
        elif change.op == "add":
            steps[change.step.id] = change.step
        elif change.step.id not in steps:
            raise InvalidError(f"The patch changes step {change.step.id!r}, which does not exist.")
        elif change.op == "remove":
            del steps[change.step.id]
        else:
            steps[change.step.id] = change.step
    return replace(program, steps=tuple(steps.values()))


def diff(before: Program, after: Program) -> Patch:
    """Return the patch that leads from one program to another."""
    if before.steps and not after.steps:
        return (Change("reset"),)
    old = {step.id: step for step in before.steps}
    new = {step.id: step for step in after.steps}
    removed = [Change("remove", step) for key, step in old.items() if key not in new]
    added = [Change("add", step) for key, step in new.items() if key not in old]
    adjusted = [
        Change("adjust", step)
        for key, step in new.items()
        if key in old and old[key].decisive() != step.decisive()
    ]
    return (*removed, *adjusted, *added)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _to_json(value: Value) -> Any:
    return [list(point) for point in value] if isinstance(value, tuple) else value


@dataclass
class _Reader:
    """Walks a parsed program and collects what is wrong with it."""

    violations: list[Violation] = field(default_factory=list)
    toolset: Toolset = TOOLSETS[tools.NAME]

    def program(self, value: Any) -> tuple[Toolset, list[Step]]:
        steps: list[Step] = []
        if self._object(value, "program", {"toolset", "steps"}, {"toolset", "steps"}):
            self._toolset(value["toolset"])
            steps = self._steps(value["steps"])
        if self.violations:
            first, *rest = self.violations
            more = f" (and {len(rest)} more)" if rest else ""
            raise InvalidError(f"{first.field} {first.description}{more}.", self.violations)
        return self.toolset, steps

    def _fault(self, where: str, what: str) -> None:
        self.violations.append(Violation(where, what))

    def _object(self, value: Any, where: str, required: set[str], known: set[str]) -> bool:
        if not isinstance(value, Mapping):
            self._fault(where, "must be an object")
            return False
        for key in sorted(required - value.keys()):
            self._fault(f"{where}.{key}", "is missing")
        for key in sorted(map(str, value.keys() - known)):
            self._fault(f"{where}.{key}", f"is unknown: use {', '.join(sorted(known))}")
        return required <= value.keys()

    def _toolset(self, value: Any) -> None:
        if not self._object(value, "toolset", {"name", "version"}, {"name", "version"}):
            return
        for toolset in TOOLSETS.values():
            if (value["name"], value["version"]) == (toolset.name, toolset.version):
                self.toolset = toolset
                return
        got = f"{value['name']} {value['version']}"
        known = " or ".join(f"{t.name} {t.version}" for t in TOOLSETS.values())
        self._fault("toolset", f"is {got[:80]}, which is not known here: use {known}")

    def _steps(self, value: Any) -> list[Step]:
        if not isinstance(value, list | tuple):
            self._fault("steps", "must be a list")
            return []
        if len(value) > MAX_STEPS:
            self._fault("steps", f"are {len(value)}: at most {MAX_STEPS} are allowed")
            return []
        steps = [self._step(item, f"steps[{i}]", f"s{i + 1}") for i, item in enumerate(value)]
        good = [step for step in steps if step is not None]
        ids = [step.id for step in good]
        for double in sorted({i for i in ids if ids.count(i) > 1}):
            self._fault("steps", f"use the id {double!r} twice: give each step its own")
        if self.toolset.plain and len({step.tool for step in good}) < len(good):
            self._fault("steps", f"use a tool of {self.toolset.name} twice: it can be used once")
        return good

    def _step(self, value: Any, where: str, default_id: str) -> Step | None:
        # An effect is what a trace says a step did: it is read with the step, and never obeyed.
        known = {"id", "tool", "params", "mask", "reason", "effect", "effect_text"}
        if not self._object(value, where, {"tool"}, known):
            return None
        name = value["tool"] if isinstance(value["tool"], str) else ""
        tool = self.toolset.tools.get(self.toolset.aliases.get(name, name))
        if tool is None:
            shown = str(value["tool"])[:80]
            self._fault(f"{where}.tool", f"is {shown!r}, which does not exist: see `iea tools`")
            return None
        return Step(
            tool=tool.name,
            params=self._params(tool, value.get("params", {}), f"{where}.params"),
            id=self._text(value.get("id") or default_id, f"{where}.id", 64),
            reason=self._text(value.get("reason") or "", f"{where}.reason", MAX_REASON),
            mask=self._mask(tool, value.get("mask"), f"{where}.mask"),
            toolset=self.toolset.name,
        )

    def _mask(self, tool: Tool, value: Any, where: str) -> Mask | None:
        if value is None:
            return None
        if not tool.masks or self.toolset.plain:
            self._fault(where, f"is given, but {tool.name} works without masks: leave it out")
            return None
        return read_mask(value, where, self._fault)

    def _text(self, value: Any, where: str, limit: int) -> str:
        if not isinstance(value, str) or len(value) > limit:
            self._fault(where, f"must be text of at most {limit} characters")
            return ""
        return value

    def _params(self, tool: Tool, value: Any, where: str) -> dict[str, Value]:
        params = tool.defaults()
        if not self._object(value, where, set(), set(params)):
            return params
        for param in tool.params:
            given = value.get(param.name, param.default)
            if self.toolset.plain and isinstance(param, Param) and isinstance(given, int | float):
                given = min(max(given, param.min), param.max)
            try:
                params[param.name] = param.read(given)
            except ValueError as error:
                self._fault(f"{where}.{param.name}", str(error))
        if tool.fault is not None and (fault := tool.fault(**params)):
            self._fault(where, fault)
        return params
