"""Words back, in the user's language: what changed and by how much, or why nothing did."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from iea.masks.places import ELSEWHERE, place_of
from iea.measure.program import amount_text
from iea.program import Patch, Program, Step
from services.planner.backend import Beyond, Keep
from services.planner.dialogue import Note
from services.planner.solver import Shortfall

MAX_NAMED = 6
"""Changes that are named one by one."""
MAX_COLOURS = 3
"""Changes of single colours that are named one by one."""
_MANY_NUMBERS = ("color_mixer", "color_grading", "tone_curve", "lut")
"""Tools whose main number does not tell what a step does."""
_QUOTED = re.compile(r'"([^"]*)"')
_FOLDER = Path(__file__).with_name("replies")
LANGUAGES = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@cache
def _catalog(language: str) -> Mapping[str, Any]:
    known = language if language in LANGUAGES else "en"
    return tomllib.loads((_FOLDER / f"{known}.toml").read_text("utf-8"))


class Replies:
    """What can be said in one language, with English for what is missing."""

    def __init__(self, language: str) -> None:
        self._own, self._english = _catalog(language), _catalog("en")

    def _find(self, group: str, key: str) -> Any:
        return self._own[group].get(key, self._english[group].get(key))

    def say(self, key: str, **values: str) -> str:
        """Return a sentence of the catalog, filled in."""
        return str(self._find("say", key)).format(**values)

    def ask(self, key: str, **values: str) -> str:
        """Return a question of the catalog, filled in."""
        return str(self._find("ask", key)).format(**values)

    def note(self, note: Note) -> str:
        """Say what the dialogue found."""
        values = dict(note.values)
        if "place" in values:
            values["place"] = self.place(values["place"])
        if "tool" in values:
            values["tool"] = self._title(values["tool"])
        if note.key.startswith("ask."):
            return self.ask(note.key.removeprefix("ask."), **values)
        return self.say(note.key, **values)

    def place(self, name: str) -> str:
        """Return what a place is called."""
        return str(self._find("place", name.removeprefix(ELSEWHERE)))

    def both_ways(self, tool: str) -> str:
        """Ask which of two opposite wishes is meant."""
        _, plus, minus = self._find("tool", tool)
        return self.ask("both_ways", plus=plus, minus=minus)

    def of_changes(self, before: Program, patch: Patch) -> str:
        """Say what a patch changed: "Warmer (temperature +22) and crisper (sharpening 30)."."""
        if any(change.op == "reset" for change in patch):
            return self.say("reset")
        said = [self._changed(before, c.op, c.step) for c in patch if c.step is not None]
        if len(said) > MAX_NAMED:
            more = self.say("more", count=str(len(said) - MAX_NAMED))
            said = [*said[:MAX_NAMED], more]
        return self._sentence(self._listed(said))

    def of_shortfalls(self, shortfalls: Iterable[Shortfall]) -> str:
        """Say what the photo did not grant, and why."""
        nones, parts = [], []
        for shortfall in shortfalls:
            wish = shortfall.wish
            if shortfall.grade == "none":
                nones.append(self._why_not(wish.tool, wish.direction))
            else:
                parts.append(self._find("tool", wish.tool)[0])
        said = []
        if nones:
            said.append(self.say("left_alone", reasons=self._listed(list(dict.fromkeys(nones)))))
        if parts:
            said.append(self.say("part", names=self._listed(list(dict.fromkeys(parts)))))
        return self.joined(said)

    def of_held(self, held: Iterable[tuple[str, Keep]]) -> str:
        """Say what was held where it was."""
        attributes = (name for _, keep in held for name in keep.attributes)
        names = list(dict.fromkeys(self._find("attribute", name) for name in attributes))
        return self.say("held", names=self._listed(names)) if names else ""

    def of_beyond(self, beyond: Iterable[Beyond]) -> str:
        """Say what no tool can do, and what can be done instead."""
        # What was not understood is answered as what has no sense: who can tell them apart?
        kinds = ("nonsense" if part.kind == "nothing" else part.kind for part in beyond)
        return self.joined(dict.fromkeys(self._find("beyond", kind) for kind in kinds))

    def of_steps(self, program: Program) -> str:
        """Explain a program, step by step."""
        if not program.steps:
            return self.say("untouched")
        said = [self._because(step) for step in program.steps if step.reason]
        return self.joined(said[:MAX_NAMED])

    def joined(self, sentences: Iterable[str]) -> str:
        """Put sentences behind each other; empty ones fall away."""
        return self.say("space").join(filter(None, sentences))

    def _because(self, step: Step) -> str:
        words = self.say("comma").join(f'"{said}"' for said in _QUOTED.findall(step.reason))
        title, amount = self._title(step.tool), amount_text(step)
        return self._sentence(self.say("because", tool=title, amount=amount, reason=words))

    def of_reading(self, reading: Mapping[str, float]) -> str:
        """Describe a photo as it was measured."""
        found = ["dark" if reading["L"] < 38 else "light" if reading["L"] > 68 else "even"]
        found += ["flat"] if reading["C"] < 16 else ["hard"] if reading["C"] > 30 else []
        if reading["S"] < 2:
            found.append("grey")
        else:
            casts = {"warm": reading["b"], "cool": -reading["b"]}
            casts |= {"pink": reading["a"], "green": -reading["a"]}
            cast = max(casts, key=lambda name: casts[name])
            found += [cast] if casts[cast] > 6 else []
            strengths = ["pale"] if reading["S"] < 10 else ["strong"] if reading["S"] > 32 else []
            found += strengths
        found += ["clipped"] if reading["clipped"] > 4 else []
        return self._sentence(self._listed([self._find("describe", name) for name in found]))

    def _changed(self, before: Program, op: str, step: Step) -> str:
        tool, plus, minus = self._find("tool", step.tool)
        if op == "remove":
            return self.say("gone", tool=tool)
        old = next((s for s in before.steps if s.id == step.id), None)
        if step.tool in _MANY_NUMBERS or step.declared.stage == "geometry":
            look = self._mixed(old, step) if step.tool == "color_mixer" else plus
            said = self.say("now", look=look or plus, tool=tool, amount=amount_text(step))
            return self._placed(said, step)
        start = old.amount if old is not None else step.declared.main.default
        look = plus if step.amount > start else minus
        default = step.declared.main.default
        if old is None:
            said = self.say("now", look=look, tool=tool, amount=amount_text(step))
        else:
            nearer = abs(step.amount - default) < abs(start - default)
            fill = {"tool": tool, "before": amount_text(old), "after": amount_text(step)}
            said = self.say("eased", **fill) if nearer else self.say("moved", look=look, **fill)
        return self._placed(said, step)

    def _mixed(self, old: Step | None, step: Step) -> str:
        """Say how single colours changed, if it is a few: "stronger blues and paler reds"."""
        before = step.declared.defaults() if old is None else old.params
        looks = []
        for name, value in step.params.items():
            was = before[name]
            assert isinstance(value, int | float)
            assert isinstance(was, int | float)
            if value != was:
                colour, _, channel = name.partition("_")
                more, less = self._find("channel", channel)
                look = more if value > was else less
                looks.append(look.format(colour=self._find("colour", colour)))
        return self._listed(looks) if len(looks) <= MAX_COLOURS else ""

    def _placed(self, said: str, step: Step) -> str:
        place = place_of(step.mask)
        if not place or place.startswith(ELSEWHERE):
            return said
        return self.say("placed", change=said, place=self.place(place))

    def _why_not(self, tool: str, direction: int) -> str:
        sign = "plus" if direction > 0 else "minus"
        known = self._find("none", f"{tool}-{sign}")
        if known is not None:
            return str(known)
        name, plus, minus = self._find("tool", tool)
        return self.say("no_look", tool=name, look=plus if direction > 0 else minus)

    def _title(self, tool: str) -> str:
        name = str(self._find("tool", tool)[0])
        return f"{name[:1].upper()}{name[1:]}"

    def _listed(self, parts: Sequence[str]) -> str:
        if len(parts) < 2:
            return "".join(parts)
        return f"{self.say('comma').join(parts[:-1])}{self.say('and')}{parts[-1]}"

    def _sentence(self, text: str) -> str:
        return f"{text[:1].upper()}{text[1:]}{self.say('stop')}" if text else ""
