"""What a planner's answers earn in training: by the method (arXiv 2606.08016), and by our reward.

Pure functions: the same answer to the same goal earns the same on every machine. Every reward is
-1..1. An answer that is invalid or empty earns `INVALID`, -1 without parts; a reward that cannot be
computed raises an error of `iea.errors` and is never -1.

Differences of pictures are those of `pixel_distance`, exact, so that "worse" is worse and not
noise. Pictures of two sizes (an answer cropped what the reference did not) are compared at the size
of the first, on which the second is laid, as in the published code.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import mean, mode
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from iea.errors import InvalidError
from iea.image import to_8bit
from iea.masks import Mask
from iea.measure.attributes import ATTRIBUTES, Gauge, Reading
from iea.measure.distance import likeness, pixel_distance
from iea.measure.rouge import rouge_l
from iea.program import Program, Step
from iea.render import Files, ablate, no_files, render_pixels
from iea.tools import Value

Bytes = npt.NDArray[np.uint8]

Place = tuple[str, Mask | None, int]
"""Where a step stands in a program: its tool, its mask, and how many like it come before."""

EDIT = {"likeness": 0.7, "usefulness": 0.3}
REFINE = {"likeness": 0.3, "progress": 0.4, "agreement": 0.3}
OURS = {"likeness": 1.0, "needless": -0.2, "clipping": -0.2, "noise": -0.2}
"""What the parts of each reward weigh."""

NOTICED = 1 / 255
"""The pixel distance below which nobody sees a change: one code value everywhere, which is about
what `ATTRIBUTES` says of lightness."""
FAULTS = {"clipping": "clipped", "noise": "N"}
"""The attribute that tells each technical fault."""
WORST = 20
"""So many noticeable differences are a fault at its full weight: 4 % of the pixels clipped, or
noise of 1."""


@dataclass(frozen=True)
class Reward:
    """What an answer earns, -1..1, and the parts that it is made of, by name, before weighing."""

    total: float
    parts: Mapping[str, float]


INVALID = Reward(-1.0, {})
"""What an answer earns that is no program, or one without steps."""


@dataclass(frozen=True, eq=False)
class Goal:
    """What answers to one request are measured by; made once for all of them.

    `photo` and `reference`, what should become of it, are 8-bit RGB, (height, width, 3); the sizes
    may differ where the reference is cropped. `files` gives the bytes of files that steps name.
    Raises `InvalidError` for other arrays.
    """

    photo: Bytes
    reference: Bytes
    files: Files = no_files

    def __post_init__(self) -> None:
        for name, pixels in (("photo", self.photo), ("reference", self.reference)):
            if pixels.dtype != np.uint8 or pixels.shape[2:] != (3,) or not pixels.size:
                raise InvalidError(
                    f"The {name} of a goal is {pixels.dtype} of shape {pixels.shape}: "
                    "give 8-bit RGB, (height, width, 3)."
                )

    @cached_property
    def before(self) -> float:
        """The distance of the photo to the reference."""
        return _apart(self.photo, self.reference)

    @cached_property
    def allowed(self) -> Reading:
        """Of each attribute the most that the photo or the reference has: no answer added that."""
        photo, reference = self.read(self.photo), self._gauge.original
        return {name: max(photo[name], reference[name]) for name in reference}

    def read(self, pixels: Bytes) -> Reading:
        """Measure a picture like the reference; one of another size by itself."""
        same = pixels.shape == self.reference.shape
        return self._gauge.read(pixels) if same else Gauge(pixels).original

    @cached_property
    def _gauge(self) -> Gauge:
        return Gauge(self.reference)


def edit_reward(answer: Program | None, goal: Goal, *, threads: int = 0) -> Reward:
    """Return the method's reward of an edit: 0.7 likeness + 0.3 usefulness.

    `likeness` is that of `iea.measure.likeness`, -1..1, which says what holds where the reference
    is the photo. `usefulness`, -1..1, is the mean over the steps of +1 where the picture without
    the step is farther from the reference, else -1: also for a step that changes nothing.
    """
    if answer is None or not answer.steps:
        return INVALID
    tried = _try(answer, goal, threads)
    useful = [1.0 if distance > tried.after else -1.0 for distance in tried.after_without]
    parts = {"likeness": likeness(goal.before, tried.after), "usefulness": mean(useful)}
    return _weighed(EDIT, parts)


def refine_reward(
    answer: Program | None, start: Program, wanted: Program, goal: Goal, *, threads: int = 0
) -> Reward:
    """Return the method's reward of a refinement: 0.3 likeness + 0.4 progress + 0.3 agreement.

    `start` is the program before, `wanted` the reference's, `answer` the whole program after; a
    tool that is absent stands at its defaults. `likeness` counts from the photo, not from `start`.
    `progress`, -1..1, is the mean over the parameters that `wanted` changes of (answer - start) /
    (wanted - start), each held to -1..1; of a choice, a curve or a file 1 where it is the wanted
    one, else 0. Parameters that `wanted` leaves alone do not count, and where there are no others
    it is 0. `agreement` is (TP - FP) / (TP + FP) over the tools that the answer changes, TP of them
    tools that `wanted` changes; 0 where it changes none. A near-substitute (brightness in place of
    exposure) is another tool: what it earns, it earns by likeness.

    Tools correspond by their name and mask; seeds are no parameters. Raises `InvalidError` for
    programs of two toolsets.
    """
    if answer is None or not answer.steps:
        return INVALID
    toolsets = {program.toolset for program in (answer, start, wanted) if program.steps}
    if len(toolsets) > 1:
        raise InvalidError(
            f"The programs are of the toolsets {' and '.join(sorted(toolsets))}: "
            "compare programs of one."
        )
    finished = to_8bit(render_pixels(answer, goal.photo, files=goal.files, threads=threads))
    parts = {
        "likeness": likeness(goal.before, _apart(finished, goal.reference)),
        "progress": _progress(answer, start, wanted),
        "agreement": _agreement(answer, start, wanted),
    }
    return _weighed(REFINE, parts)


def summary_reward(answer: str, wanted: str, scores: Sequence[float] = ()) -> Reward:
    """Return the method's reward of an intent summary, `answer`, against the user's words.

    `scores` are a reward model's, -10..10, one for each time that it was asked: the most frequent
    counts (of several the first), divided by 10. Without a reward model it is ROUGE-L, 0..1. A
    blank answer earns `INVALID`. Raises `InvalidError` for a score outside its range.
    """
    if not answer.strip():
        return INVALID
    if not all(-10 <= score <= 10 for score in scores):
        raise InvalidError(f"A reward model scored {list(scores)}: scores are -10..10.")
    if scores:
        score = mode(scores) / 10
        return Reward(score, {"score": score})
    overlap = rouge_l(wanted, answer)
    return Reward(overlap, {"rouge_l": overlap})


def our_reward(
    answer: Program | None, goal: Goal | None, *, refused: bool = False, threads: int = 0
) -> Reward:
    """Return our reward of an edit or a refinement, -1..1, of these parts.

    - `likeness`, as in `edit_reward`: what the costs below are taken from, down to -1.
    - `needless`, 0..1: the share of steps without which the picture is as near to the reference, or
      no other that could be noticed. It costs up to 0.2, as do the technical faults:
    - `clipping`, `noise`, 0..1: how much of it neither the photo nor the reference has.
    - `refusal`, alone: `goal` is None where the right reply is a refusal (one that leaves the photo
      as it is), and `refused` tells that the answer is one. +1 if both are so, -1 if one is.
    """
    if refused or goal is None:
        right = 1.0 if refused and goal is None else -1.0
        return Reward(right, {"refusal": right})
    if answer is None or not answer.steps:
        return INVALID
    tried = _try(answer, goal, threads)
    parts = {
        "likeness": likeness(goal.before, tried.after),
        "needless": mean(map(float, _needless(tried))),
        **_faults(tried.finished, goal),
    }
    return _weighed(OURS, parts)


class _Tried(NamedTuple):
    """An answer carried out, whole and without each step; distances are to the reference."""

    finished: Bytes
    after: float
    without: list[Bytes]
    after_without: list[float]


def _try(answer: Program, goal: Goal, threads: int) -> _Tried:
    whole, parts = ablate(answer, goal.photo, files=goal.files, threads=threads)
    finished, without = to_8bit(whole), [to_8bit(one) for one in parts]
    distances = [_apart(one, goal.reference) for one in without]
    return _Tried(finished, _apart(finished, goal.reference), without, distances)


def _weighed(weights: Mapping[str, float], parts: Mapping[str, float]) -> Reward:
    total = sum(weights[name] * value for name, value in parts.items())
    return Reward(max(total, -1.0), parts)


def _apart(one: Bytes, other: Bytes) -> float:
    """Return the pixel distance at the size of the first."""
    if one.shape != other.shape:
        # Only here: most programs move no pixels, and Pillow is long to import.
        from PIL import Image

        size = one.shape[1], one.shape[0]
        other = np.asarray(Image.fromarray(other).resize(size, Image.Resampling.BICUBIC))
    return pixel_distance(one, other)


def _needless(tried: _Tried) -> Iterator[bool]:
    """Tell of each step whether it might as well not be there."""
    for one, distance in zip(tried.without, tried.after_without, strict=True):
        yield distance <= tried.after or _apart(tried.finished, one) < NOTICED


def _faults(finished: Bytes, goal: Goal) -> dict[str, float]:
    reading = goal.read(finished)
    faults = {}
    for fault, name in FAULTS.items():
        more = (reading[name] - goal.allowed[name]) / (WORST * ATTRIBUTES[name].notice)
        faults[fault] = min(max(more, 0.0), 1.0)
    return faults


def _steps(program: Program) -> dict[Place, Step]:
    """Return the steps that change something, by what they correspond to in other programs."""
    found: Counter[tuple[str, Mask | None]] = Counter()
    steps = {}
    for step in program.ordered:
        steps[step.tool, step.mask, found[step.tool, step.mask]] = step
        found[step.tool, step.mask] += 1
    return steps


def _changes(start: Program, end: Program) -> dict[tuple[Place, str], tuple[Value, Value]]:
    """Return the parameters that differ, by step and name: what they were and what they are."""
    old, new = _steps(start), _steps(end)
    changes = {}
    for place, step in {**old, **new}.items():
        defaults = step.declared.defaults()
        before, after = (
            steps[place].params if place in steps else defaults for steps in (old, new)
        )
        for name in defaults.keys() - {"seed"}:
            if before[name] != after[name]:
                changes[place, name] = before[name], after[name]
    return changes


def _progress(answer: Program, start: Program, wanted: Program) -> float:
    moved = _changes(start, answer)
    shares = [
        _share(before, goal, moved.get(key, (before, before))[1])
        for key, (before, goal) in _changes(start, wanted).items()
    ]
    return mean(shares) if shares else 0.0


def _share(before: Value, goal: Value, after: Value) -> float:
    """Return how much of the way a parameter went, -1..1."""
    if isinstance(before, str | tuple) or isinstance(goal, str | tuple):
        return float(after == goal)
    assert not isinstance(after, str | tuple)
    return min(max((after - before) / (goal - before), -1.0), 1.0)


def _agreement(answer: Program, start: Program, wanted: Program) -> float:
    right, changed = ({place for place, _ in _changes(start, end)} for end in (wanted, answer))
    if not changed:
        return 0.0
    found = len(changed & right)
    return (2 * found - len(changed)) / len(changed)
