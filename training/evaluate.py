"""How good a planner is, on records that it never saw: figures by record, means by slice."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from iea.image import decode_small, to_8bit
from iea.measure import ATTRIBUTES, Gauge, likeness, pixel_distance
from iea.program import Program, Step
from iea.render import render_pixels
from iea.tools import Param
from training.planners import Answer
from training.records import Dataset, Record
from training.synthetic.wishes import SUBSTITUTES

SIDE = 256
"""Longest side of the copies that answers are rendered on, in pixels."""
_GROUPS = {name: pair[0] for pair in SUBSTITUTES for name in pair}
"""Tools that may stand for each other count as one."""
FIGURES = {
    "distance": "pixel distance to the reference, 0..1: less is better",
    "likeness": "how much of the way to the reference, -1..1",
    "tools": "agreement of the tools, as an F1 score; near-substitutes are the same",
    "direction": "share of the reference's tools that go the same way",
    "strength": "how far shared tools are apart, as a share of their ranges: less is better",
    "verdict": "share of the asked attributes that moved as the reference moves them",
    "kept": "1 where a request that cannot be done left the photo as it was",
    "followed": "1 where a request that can be done was not refused",
    "seconds": "until the answer came: less is better",
}
"""What each figure says."""

Figures = dict[str, float]
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Evaluation:
    """The figures of every record, in their order, and the slices that it is in.

    What a record has not (the likeness of a refusal) is missing in its figures.
    """

    figures: list[Figures]
    slices: list[tuple[str, ...]]

    def mean(self, name: str, within: str = "all") -> float | None:
        """Return the mean of a figure over a slice, None where no record has it."""
        values = [
            each[name]
            for each, slices in zip(self.figures, self.slices, strict=True)
            if name in each and within in slices
        ]
        return statistics.fmean(values) if values else None

    def table(self) -> dict[str, Figures]:
        """Return slices to figures to means."""
        found: dict[str, Figures] = {}
        for within in dict.fromkeys(s for slices in self.slices for s in slices):
            means = {name: self.mean(name, within) for name in FIGURES}
            found[within] = {name: round(v, 4) for name, v in means.items() if v is not None}
        return found


def evaluate(records: Sequence[Record], answers: Iterable[Answer], data: Dataset) -> Evaluation:
    """Compare the answers to records of a data set with what the records want."""
    scenes = _Scenes(data)
    pairs = zip(records, answers, strict=True)
    figures = [_figures(record, answer, scenes) for record, answer in pairs]
    return Evaluation(figures, [_slices(record) for record in records])


@dataclass
class _Scenes:
    """Small copies of the photos of a data set, each decoded once."""

    data: Dataset
    _copies: dict[str, Pixels] = field(default_factory=dict)

    def copy(self, sha256: str) -> Pixels:
        if sha256 not in self._copies:
            self._copies[sha256] = to_8bit(decode_small(self.data.blobs.get(sha256), SIDE).pixels)
        return self._copies[sha256]

    def reference(self, record: Record) -> Pixels:
        return self.copy(record.after) if record.after else self.render(record, record.program)

    def render(self, record: Record, program: Program) -> Pixels:
        return to_8bit(render_pixels(program, self.copy(record.photo), threads=1))


def _slices(record: Record) -> tuple[str, ...]:
    return "all", record.task, f"language:{record.language}", f"source:{record.source}"


def _figures(record: Record, answer: Answer, scenes: _Scenes) -> Figures:
    if record.reply == "refused":
        kept = answer.program.digest == record.start.digest
        return {"kept": float(kept), "seconds": answer.seconds}
    found = {"followed": float(answer.kind != "refused"), "seconds": answer.seconds}
    found |= _of_programs(record.program, answer.program)
    photo, wanted = scenes.copy(record.photo), scenes.reference(record)
    made = scenes.render(record, answer.program)
    if made.shape == wanted.shape == photo.shape:
        distance = pixel_distance(made, wanted)
        found["distance"] = distance
        found["likeness"] = likeness(pixel_distance(photo, wanted), distance)
        found |= _verdict(photo, wanted, made)
    return found


def _of_programs(wanted: Program, made: Program) -> Figures:
    ours, theirs = ({_group(s.tool): s for s in p.ordered} for p in (made, wanted))
    shared = ours.keys() & theirs.keys()
    total = len(ours) + len(theirs)
    if not theirs:
        return {}
    found = {"tools": 2 * len(shared) / total}
    ways = [_way(ours[name], theirs[name]) for name in shared if _is_numeric(theirs[name])]
    asked = sum(_is_numeric(step) for step in theirs.values())
    if asked:
        found["direction"] = sum(way > 0 for way, _ in ways) / asked
    if ways:
        found["strength"] = statistics.fmean(apart for _, apart in ways)
    return found


def _group(tool: str) -> str:
    return _GROUPS.get(tool, tool)


def _is_numeric(step: Step) -> bool:
    return any(isinstance(param, Param) for param in step.declared.params)


def _way(ours: Step, theirs: Step) -> tuple[float, float]:
    """Return the product of two amounts as shares of their ranges, and how far they are apart."""
    one, other = (_share(step) for step in (ours, theirs))
    return one * other, abs(one - other)


def _share(step: Step) -> float:
    main = step.declared.main
    return (step.amount - main.default) / (main.max - main.min)


def _verdict(photo: Pixels, wanted: Pixels, made: Pixels) -> Figures:
    """Judge by what a person sees: did what should move noticeably move that way?"""
    gauge = Gauge(photo)
    before, aim, now = gauge.original, gauge.read(wanted), gauge.read(made)
    moved = [
        (aim[name] - before[name], now[name] - before[name], attribute.notice)
        for name, attribute in ATTRIBUTES.items()
        if abs(aim[name] - before[name]) > 2 * attribute.notice
    ]
    if not moved:
        return {}
    right = sum(asked * came > 0 and abs(came) > notice for asked, came, notice in moved)
    return {"verdict": right / len(moved)}
