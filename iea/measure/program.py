"""What a program does to a photo: the whole, and every step alone."""

from iea.measure.attributes import ATTRIBUTES, Effect, effect_of
from iea.measure.views import Views
from iea.program import Program, Step
from iea.render import Rendering
from iea.tools import Value


def measure_program(program: Program, photo: bytes) -> tuple[Effect, list[tuple[str, Effect, str]]]:
    """Measure a program on a photo (an encoded file).

    Returns the effect of the whole against the original, and for every step its id, its effect and
    the effect as a sentence. A step's effect is the finished picture without the step against the
    finished picture: what the step does there, in whatever order people asked.
    """
    views = Views.of(photo)
    finished = views.read(program)
    steps = []
    for step in program.steps:
        without = program.without(step.id)
        if step.declared.geometry is not None:
            effect, text = effect_of(finished, finished), _moved_text(step, without, program, views)
        else:
            effect = effect_of(views.read(without), finished)
            text = effect_text(step, effect)
        steps.append((step.id, effect, text))
    return effect_of(views.original, finished), steps


def _moved_text(step: Step, without: Program, program: Program, views: Views) -> str:
    """Say in a sentence what a step of geometry did, by the picture's size."""
    sizes = (Rendering(which, views.photo.pixels).size for which in (without, program))
    before, after = (f"{width:,} × {height:,}" for width, height in sizes)
    if before == after:
        return f"{_title(step)}: the picture keeps its {after} pixels."
    return f"{_title(step)}: from {before} to {after} pixels."


def _title(step: Step) -> str:
    return f"{step.tool.replace('_', ' ').capitalize()} {amount_text(step)}"


def effect_text(step: Step, effect: Effect) -> str:
    """Say in one sentence what a step did, by the attribute it is for or the one it moved most."""
    title = _title(step)
    name = _most_telling(step.declared.target.attribute, effect)
    if name is None:
        return f"{title}: nothing that can be seen changed."
    attribute = ATTRIBUTES[name]
    before, after = effect[name]["before"], effect[name]["after"]
    moved = attribute.rises if after > before else attribute.falls
    first, last = attribute.format.format(before), attribute.format.format(after)
    return f"{title}: the {attribute.title} {moved} from {first} to {last}."


def amount_text(step: Step) -> str:
    """Print a step's main parameter with its sign and unit, such as "+0.7 EV"."""
    tool = step.declared
    if not tool.solvable:
        default = tool.defaults()
        changed = (f"{key} {_short(v)}" for key, v in step.params.items() if v != default[key])
        return ", ".join(changed).replace("_", " ")
    main = tool.main
    sign = "+" if main.min < 0 else ""
    digits = f"{step.amount:{sign}.2f}".rstrip("0").rstrip(".")
    return f"{digits} {main.unit}".strip()


def _short(value: Value) -> str:
    if isinstance(value, tuple):
        return " ".join(f"({x:g}, {y:g})" for x, y in value)
    return f"{value:.12}" if isinstance(value, str) else f"{value:g}"


def _most_telling(wanted: str, effect: Effect) -> str | None:
    def noticed(name: str) -> float:
        change = effect[name]["after"] - effect[name]["before"]
        return abs(change) / ATTRIBUTES[name].notice

    if wanted in effect and noticed(wanted) >= 1:
        return wanted
    best = max(effect, key=noticed)
    return best if noticed(best) >= 1 else None
