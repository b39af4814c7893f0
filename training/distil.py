"""Expert edits to programs: what an expert did is found from the photo before and after.

The paper (arXiv 2606.08016) lowers the pixel distance by 1,000 random steps of annealing; here
`iea.fit` finds the program from closed forms, and what does not lower that distance is left out.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from iea import files
from iea.blobs import Store
from iea.errors import IeaError, InvalidError, UnavailableError
from iea.fit import fit
from iea.image import Picture, decode
from iea.image.picture import Samples
from iea.measure import likeness, pixel_distance
from iea.program import Program
from iea.render import ablate, render_pixels
from training.records import Record, Skipped

NEARER = 0.2
"""The share of the distance that a program must make up for: less is no account of the edit."""
UNREADABLE = "a picture cannot be read"
UNLIKE = "the after is no edit of the photo"
FAR = "no program brings the photo nearer to the after"


class Distilled(NamedTuple):
    """A program, and the pixel distances to the after: of the photo, moved only, and finished."""

    program: Program
    before: float
    after: float


@dataclass(frozen=True)
class Found:
    """What was found for a pair of pictures: a program, or the reason why there is none."""

    photo: str
    after: str
    program: Program | None
    reason: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """The digests of the two pictures."""
        return self.photo, self.after

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON value."""
        program = self.program and self.program.to_json()
        return {**vars(self), "program": program}

    @classmethod
    def parse(cls, value: dict[str, Any]) -> "Found":
        """Read it of a JSON value; raises `InvalidError` for a program that is none."""
        program = value["program"] and Program.parse(value["program"])
        return cls(**{**value, "program": program})


def distil(
    records: Iterable[Record],
    blobs: Store,
    skipped: Skipped,
    kept: Path,
    *,
    processes: int | None = None,
) -> Iterator[Record]:
    """Yield records with the programs that lead from their photos to what experts made of them.

    Records without an after, or with a program, are yielded as they are. A record that no program
    is found for is left out and counted. What was found is appended to the file `kept`, a line a
    pair, and not looked for again. `processes` is None for one a core; 0 looks in this one.
    Raises `UnavailableError` where a process is killed.
    """
    records = list(records)
    wanted = {(each.photo, each.after) for each in records if _lacks_program(each)}
    found = {each.pair: each for each in _read(kept) if each.pair in wanted}
    missing = sorted(wanted - found.keys())
    with kept.open("a", encoding="utf-8") as lines:
        results = _find_all(missing, blobs, processes)
        for each in tqdm(results, "distil", len(missing), unit="pair", disable=None):
            lines.write(_line(each))
            lines.flush()
            found[each.pair] = each
    for record in records:
        if not _lacks_program(record):
            yield record
            continue
        each = found[record.photo, record.after]
        if each.program is not None:
            yield replace(record, program=each.program)
        else:
            skipped.add(each.reason, f"photo {record.photo[:12]}, after {record.after[:12]}")


def find(before: Picture, after: Picture) -> Distilled:
    """Find the program that leads from a photo to what was made of it, each of its tools needed.

    Raises `InvalidError` where the one is no edit of the other.
    """
    steps = fit(before, after).program.steps
    moves = Program(tuple(step for step in steps if step.declared.geometry is not None))
    changes = Program(tuple(step for step in steps if step.declared.geometry is None))
    moved, aim = _overlap(render_pixels(moves, before.pixels, threads=1), after.pixels)
    finished, without = ablate(changes, moved, threads=1)
    distance = pixel_distance(finished, aim)
    while changes.steps:
        losses = [pixel_distance(picture, aim) for picture in without]
        least = min(range(len(losses)), key=losses.__getitem__)
        if losses[least] > distance:
            break
        distance, changes = losses[least], changes.without(changes.steps[least].id)
        without = ablate(changes, moved, threads=1).without
    program = Program((*moves.steps, *changes.steps))
    return Distilled(program, pixel_distance(moved, aim), distance)


def _overlap(one: Samples, other: Samples) -> tuple[Samples, Samples]:
    """Cut off the row or column that one has more where a size was rounded."""
    height, width = (min(sides) for sides in zip(one.shape[:2], other.shape[:2], strict=True))
    return one[:height, :width], other[:height, :width]


def _lacks_program(record: Record) -> bool:
    return bool(record.after) and not record.program.steps


def _read(kept: Path) -> list[Found]:
    """Return what was found before; a line cut off by the end of a process is taken out."""
    found = []
    for line in kept.read_text("utf-8").splitlines() if kept.exists() else []:
        with suppress(ValueError, KeyError, TypeError, InvalidError):
            found.append(Found.parse(json.loads(line)))
    files.replace(kept, "".join(map(_line, found)).encode())
    return found


def _line(found: Found) -> str:
    return json.dumps(found.to_json()) + "\n"


def _find_all(
    pairs: Sequence[tuple[str, str]], blobs: Store, processes: int | None
) -> Iterator[Found]:
    """Yield what is found for pairs of digests, in their order."""
    look = partial(_look, blobs)
    if processes == 0 or len(pairs) < 2:
        yield from map(look, pairs)
        return
    # Whoever trains has threads, which do not survive a fork.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        try:
            yield from pool.map(look, pairs, chunksize=4)
        except BrokenProcessPool:
            raise UnavailableError(
                "A process that looks for programs was killed, most likely for want of memory: "
                "start again with fewer processes; what was found is kept."
            ) from None


def _look(blobs: Store, pair: tuple[str, str]) -> Found:
    """Find the program for a pair of digests, or the reason why there is none."""
    try:
        before, after = (decode(blobs.get(digest), name=digest) for digest in pair)
    except IeaError:
        return Found(*pair, None, UNREADABLE)
    try:
        found = find(before, after)
    except InvalidError:
        return Found(*pair, None, UNLIKE)
    near = likeness(found.before, found.after) >= NEARER
    return Found(*pair, found.program) if near else Found(*pair, None, FAR)
