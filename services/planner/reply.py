"""Words back: what changed and by how much, or why nothing did."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from iea.measure.program import amount_text
from iea.program import Patch, Program, Step
from iea.tools import TOOLS
from services.planner.backend import Beyond, Keep
from services.planner.solver import Shortfall

MAX_NAMED = 6
"""Changes that are named one by one."""

_NONE = {
    ("exposure", 1): "it is as light as it can be already",
    ("exposure", -1): "it is as dark as it can be already",
    ("saturation", 1): "it has hardly any colour to strengthen",
    ("saturation", -1): "it has no colour left to take away",
    ("vibrance", 1): "it has hardly any colour to strengthen",
    ("black_and_white", 1): "it is black and white already",
    ("black_and_white", -1): "it is in its own colours already",
    ("grain", -1): "it has no grain of mine, and noise cannot be removed here yet",
    ("sharpen", -1): "it has no sharpening of mine, and blurring is not possible here yet",
    ("fade", -1): "it has no fade of mine to take back",
    ("highlights", 1): "its light parts are as light as they can be already",
    ("whites", 1): "its whites are white already",
    ("shadows", -1): "its dark parts are as dark as they can be already",
    ("blacks", -1): "its blacks are black already",
}
_NOUNS = {
    "L": "brightness",
    "C": "contrast",
    "a": "colours",
    "b": "colours",
    "S": "colours",
    "D": "sharpness",
    "N": "grain",
}


def of_changes(before: Program, patch: Patch) -> str:
    """Say what a patch changed: "Warmer (temperature +22) and crisper (sharpen 30)"."""
    if any(change.op == "reset" for change in patch):
        return "Back to the photo as it was."
    said = [_changed(before, change.op, change.step) for change in patch if change.step is not None]
    if not said:
        return ""
    if len(said) > MAX_NAMED:
        said = [*said[:MAX_NAMED], f"{len(said) - MAX_NAMED} more"]
    return _sentence(_listed(said))


def of_shortfalls(shortfalls: Iterable[Shortfall]) -> str:
    """Say what the photo did not grant, and why."""
    nones, parts = [], []
    for shortfall in shortfalls:
        wish = shortfall.wish
        if shortfall.grade == "none":
            nones.append(
                _NONE.get((wish.tool, wish.direction)) or _nothing(wish.tool, wish.direction)
            )
        else:
            parts.append(wish.tool.replace("_", " "))
    said = []
    if nones:
        said.append(
            _sentence(f"this photo is left alone there: {_listed(list(dict.fromkeys(nones)))}")
        )
    if parts:
        verb = "is" if len(parts) == 1 else "are"
        said.append(_sentence(f"{_listed(parts)} {verb} as far as this photo allows"))
    return " ".join(said)


def of_held(held: Iterable[tuple[str, Keep]]) -> str:
    """Say what was held where it was."""
    names = dict.fromkeys(_NOUNS.get(name, name) for _, keep in held for name in keep.attributes)
    return f"The {_listed(list(names))} stay as they were." if names else ""


def of_beyond(beyond: Iterable[Beyond]) -> str:
    """Say what no tool can do, and what can be done instead."""
    return " ".join(dict.fromkeys(_regrets()[part.kind] for part in beyond))


def of_steps(program: Program) -> str:
    """Explain a program, step by step."""
    if not program.steps:
        return "Nothing has been changed yet: this is the photo as it was."
    said = [
        f"{_title(s.tool)} {amount_text(s)}, because {s.reason}" for s in program.steps if s.reason
    ]
    return _sentence("; ".join(said[:MAX_NAMED]))


@cache
def _regrets() -> dict[str, str]:
    text = Path(__file__).with_name("regrets.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _changed(before: Program, op: str, step: Step) -> str:
    name = step.tool.replace("_", " ")
    if op == "remove":
        return f"no more {name}"
    main = step.declared.main
    old = before.find(step.tool)
    start = old.amount if old is not None else main.default
    look = main.plus if step.amount > start else main.minus
    if old is None:
        return f"{look} ({name} {amount_text(step)})"
    nearer = abs(step.amount - main.default) < abs(start - main.default)
    moved = f"{name} from {amount_text(old)} to {amount_text(step)}"
    return (
        f"{name} back from {amount_text(old)} to {amount_text(step)}"
        if nearer
        else f"{look} ({moved})"
    )


def _nothing(tool: str, direction: int) -> str:
    main = TOOLS[tool].main
    look = main.plus if direction > 0 else main.minus
    return f"{tool.replace('_', ' ')} would not make it visibly {look}"


def _title(tool: str) -> str:
    return tool.replace("_", " ").capitalize()


def _listed(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
