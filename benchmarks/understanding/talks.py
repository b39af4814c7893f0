"""Conversations: is each later turn what the words make of the turn before?"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.understanding.judge import Picture, Scene, failed
from iea.measure import ATTRIBUTES
from iea.program import Program
from services.planner.backend import Backend
from services.planner.dialogue import Turn
from services.planner.plan import Plan, Request, plan
from services.planner.view import View


@dataclass
class Talk:
    """A conversation about one photo, held with the planner, and how it went."""

    scene: Scene
    view: View
    backend: Backend
    turns: list[Turn] = field(default_factory=list)
    versions: list[Program] = field(default_factory=lambda: [Program()])
    base: Program = field(default_factory=Program)
    """The program before the last wish."""
    asked: str = ""
    """The words that were just answered by a question."""

    def say(self, words: str) -> Plan:
        """Take a turn."""
        self.view.renders = 0
        planned = plan(Request(words, self.view, self.turns, asked=self.asked), self.backend)
        self.asked = words if planned.kind == "clarification" else ""
        if planned.undo:
            self.turns = self.turns[: len(self.turns) - planned.undo]
        elif planned.patch:
            self.turns = [*self.turns, Turn(words, planned.patch, planned.program)]
        if planned.patch:
            self.versions.append(planned.program)
        return planned

    @property
    def program(self) -> Program:
        """The program as it stands."""
        return self.turns[-1].program if self.turns else Program()


def failures(script: Sequence[tuple[str, str]], talk: Talk) -> list[str]:
    """Return what went wrong in a conversation, each line of it (expected, words)."""
    wrong = []
    for expected, words in script:
        before, base = talk.program, talk.base
        back = talk.turns[-2].program if len(talk.turns) > 1 else Program()
        planned = talk.say(words)
        bad = [
            token
            for token in expected.split()
            if not any(_held(part, talk, before, base, back, planned) for part in token.split("|"))
        ]
        if bad:
            wrong.append(f"{words!r}: {' '.join(bad)}")
        if planned.patch and not planned.undo and not {"more", "less"} & set(expected.split()):
            talk.base = before
    return wrong


def _held(
    token: str, talk: Talk, before: Program, base: Program, back: Program, planned: Plan
) -> bool:
    now, scene = talk.program, talk.scene
    name, _, value = token.partition("=")
    if token == "same":
        return now.digest == before.digest
    if token == "start":
        return now.digest == Program().digest
    if token == "back":
        return now.digest == back.digest and now.digest != before.digest
    if name == "version":
        known = talk.versions[: int(value) + 1]
        return len(known) > int(value) and now.digest == known[-1].digest
    if name == "gone":
        others = {s.tool for s in before.steps} - {value}
        return now.find(value) is None and others <= {s.tool for s in now.steps}
    if token in ("more", "less", "opposite"):
        return _goes(token, scene, base, before, now)
    if token in ("asks", "edits"):
        return planned.kind == {"asks": "clarification", "edits": "edited"}[token]
    misses = failed(token, scene.picture(before), scene.picture(now))
    return misses is None or not misses


def _goes(token: str, scene: Scene, base: Program, before: Program, now: Program) -> bool:
    """Tell whether the picture goes on, part of the way back, or beyond where it came from."""
    start, old, new = (_vector(scene.picture(p)) for p in (base, before, now))
    made, step = old - start, new - old
    length = float(made @ made)
    if length == 0 or before.digest == now.digest:
        return False
    share = float(step @ made) / length
    return {"more": share > 0.03, "less": -0.97 < share < -0.03, "opposite": share < -1.0}[token]


def _vector(picture: Picture) -> np.ndarray:
    whole = picture.whole
    return np.array([whole[name] / ATTRIBUTES[name].notice for name in ATTRIBUTES])
