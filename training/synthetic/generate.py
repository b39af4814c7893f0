"""Synthetic data sets: so many examples on so many photos, the same for any number of processes."""

import hashlib
import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from iea import files
from iea.blobs import Blobs
from iea.errors import InvalidError, Violation
from iea.image import decode, decode_small, encode
from iea.tools import TOOLSETS
from training.records import Dataset, Record, Skipped
from training.synthetic.card import page
from training.synthetic.kinds import KINDS, Desk, example
from training.synthetic.rewriter import Rewriter, rewritten
from training.synthetic.scene import Scene
from training.synthetic.words import Phrasebook, Side, identity, library, side_of
from training.wordings import LANGUAGES, corpus_digest, read_corpus

SIDE = 512
"""Longest side of the photos in a set, in pixels."""
_QUALITY = 95
_TRIES = 50
"""Draws for one example: most fail where a photo lacks a place or a language lacks words."""
_CHUNK = 8
"""Photos that a process takes at a time, at most."""


def _languages() -> dict[str, float]:
    return {code: 0.5 if code == "en" else 0.5 / (len(LANGUAGES) - 1) for code in LANGUAGES}


def _kinds() -> dict[str, float]:
    return {
        "users": 0.35,
        "paper": 0.15,
        "summary": 0.1,
        "refine": 0.08,
        "act": 0.12,
        "remove": 0.03,
        "mend": 0.05,
        "refused": 0.07,
        "graded": 0.05,
    }


@dataclass(frozen=True)
class Settings:
    """How a set is made.

    `count` examples (a graded one is several records, one a rung); `languages` and `kinds` have the
    shares of each; `render` puts the picture after every edit into the set, too; `rewritten` is
    the share of words that a language model says again where one is configured.
    Raises `InvalidError` for shares of unknown things, and for numbers that mean nothing.
    """

    count: int = 10_000
    seed: int = 0
    toolset: str = "iea"
    languages: Mapping[str, float] = field(default_factory=_languages)
    kinds: Mapping[str, float] = field(default_factory=_kinds)
    render: bool = False
    rewritten: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what cannot be made, all faults at once."""
        faults = [
            Violation(name, what)
            for name, wrong, what in (
                ("count", self.count < 1, "must be 1 or more"),
                ("toolset", self.toolset not in TOOLSETS, f"must be of {', '.join(TOOLSETS)}"),
                ("rewritten", not 0 <= self.rewritten <= 1, "must be a share, 0..1"),
                ("languages", not _shares(self.languages, LANGUAGES), _of(LANGUAGES)),
                ("kinds", not _shares(self.kinds, KINDS), _of(KINDS)),
            )
            if wrong
        ]
        if faults:
            raise InvalidError("; ".join(f"{f.field} {f.description}" for f in faults), faults)


def _shares(given: Mapping[str, float], known: Iterable[str]) -> bool:
    fair = all(math.isfinite(share) and share >= 0 for share in given.values())
    return given.keys() <= set(known) and fair and sum(given.values()) > 0


def _of(known: Iterable[str]) -> str:
    return f"must be shares, 0 or more and not all 0, of {', '.join(known)}"


class Photo(NamedTuple):
    """A photo of the set: its name, its digest, and the copy that is in the blobs."""

    name: str
    sha256: str
    data: bytes


class Pair(NamedTuple):
    """A record, with the photo before it and after it: (height, width, 3) 8-bit RGB."""

    record: Record
    before: Any
    after: Any


def generate(
    folder: Path,
    photos: Mapping[str, bytes],
    settings: Settings = Settings(),
    *,
    licences: Mapping[str, str] | None = None,
    processes: int = 1,
) -> Dataset:
    """Make a synthetic data set of photos, named encoded files, in a folder.

    Photos that cannot be read are left out and counted. `licences` tells by a photo's name what
    may be done with it; it stands in the card. Raises `InvalidError` where no photo is left.
    """
    if not photos:
        raise InvalidError("There is no photo to edit: give one at the least.")
    rewriter = Rewriter.from_environment()
    wordings, skipped = read_corpus(), Skipped()
    with _mapper(processes) as each:
        kept = _kept(photos, each(_copied, photos.items()), Blobs(folder / "blobs"), skipped)
        maker = Maker(settings, library(wordings, settings.toolset), folder)
        records = _made(maker, jobs_of(kept, settings.count), each, skipped)
    records = _once(records, skipped)
    facts: dict[str, Any] = {
        "made_by": "training.synthetic",
        "settings": asdict(settings),
        "corpus": {"wordings": len(wordings), "sha256": corpus_digest(wordings)},
        "photos": {
            photo.name: {"sha256": photo.sha256, "licence": (licences or {}).get(photo.name, "")}
            for photo in kept
        },
    }
    if rewriter is not None:
        records, counts = rewritten(records, rewriter, settings.rewritten, settings.seed)
        facts["rewriter"] = {"model": rewriter.model, "counts": counts}
    data = Dataset.write(folder, records, skipped, **facts)
    files.replace(folder / "card.md", page(data.card).encode())
    return data


Each = Callable[..., Iterator[Any]]
"""A map over a function and what it is given, here or in other processes; results in order."""


@contextmanager
def _mapper(processes: int) -> Iterator[Each]:
    if processes < 2:
        yield map
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:

        def each(function: Callable[[Any], Any], given: Iterable[Any]) -> Iterator[Any]:
            items = list(given)
            chunk = min(max(len(items) // (4 * processes), 1), _CHUNK)
            return pool.map(function, items, chunksize=chunk)

        yield each


def copy_of(name: str, data: bytes) -> Photo:
    """Return a photo as it goes into a set; raises `InvalidError` for one that cannot be read."""
    small = encode(decode_small(data, SIDE, name=name), ".jpg", quality=_QUALITY)
    return Photo(name, hashlib.sha256(small).hexdigest(), small)


def _copied(named: tuple[str, bytes]) -> Photo | str:
    """Return a photo's copy, or what is wrong with the photo."""
    try:
        return copy_of(*named)
    except InvalidError as error:
        return str(error)


def _kept(
    names: Iterable[str], copies: Iterable[Photo | str], blobs: Blobs, skipped: Skipped
) -> list[Photo]:
    """Put copies into the blobs, each once; return them in the order of their digests."""
    kept: dict[str, Photo] = {}
    for name, copy in zip(names, copies, strict=True):
        if isinstance(copy, str):
            skipped.add("a photo that cannot be read", f"{name}: {copy}")
        elif copy.sha256 in kept:
            skipped.add("the same photo twice", f"{name} and {kept[copy.sha256].name}")
        else:
            kept[blobs.put(copy.data)] = copy
    if not kept:
        raise InvalidError(
            f"None of the {sum(skipped.counts.values())} photos can be read: give others."
        )
    return [kept[digest] for digest in sorted(kept)]


class Job(NamedTuple):
    """A photo, and the numbers of the examples that are made of it."""

    photo: Photo
    numbers: range


class Made(NamedTuple):
    """What came of a job: records, and the kinds that were not to be had."""

    records: list[Record]
    missed: list[str]


def _made(maker: "Maker", jobs: Sequence[Job], each: Each, skipped: Skipped) -> list[Record]:
    """Have jobs done, with a bar for who waits."""
    records: list[Record] = []
    with tqdm(total=maker.settings.count, unit="example") as bar:
        for job, made in zip(jobs, each(maker.work, jobs), strict=True):
            records += made.records
            for kind in made.missed:
                skipped.add(f"nothing of kind {kind} fits the photo", job.photo.name)
            bar.update(len(job.numbers))
    return records


def jobs_of(photos: Sequence[Photo], count: int) -> list[Job]:
    """Share examples out evenly; of more photos than examples, some get none."""
    ends = [round(count * i / len(photos)) for i in range(len(photos) + 1)]
    shares = zip(photos, map(range, ends, ends[1:]), strict=False)
    return [Job(photo, numbers) for photo, numbers in shares if numbers]


@dataclass(frozen=True)
class Maker:
    """Makes the examples of a photo; goes to other processes as it is."""

    settings: Settings
    books: Mapping[Side, Mapping[str, Phrasebook]]
    folder: Path

    def work(self, job: Job) -> Made:
        """Return the records of a job; with `render`, their pictures are in the blobs then."""
        scene, result = _scene(job.photo), Made([], [])
        for number in job.numbers:
            kind, made = self._example(job.photo.sha256, scene, number)
            result.records.extend(self._rendered(scene, record) for record in made)
            if not made:
                result.missed.append(kind)
        return result

    def pairs(self, job: Job) -> Iterator[Pair]:
        """Yield the records of a job with their pictures, in memory."""
        scene = _scene(job.photo)
        for number in job.numbers:
            for record in self._example(job.photo.sha256, scene, number)[1]:
                yield Pair(record, scene.render(record.start), scene.render(record.program))

    def _example(self, photo: str, scene: Scene, number: int) -> tuple[str, list[Record]]:
        dice = random.Random(f"{self.settings.seed}/{number}")
        kinds = self.settings.kinds
        (kind,) = dice.choices(list(kinds), list(kinds.values()))
        books = self.books[side_of(photo)]
        desk = Desk(photo, scene, books, self.settings.languages, self.settings.toolset, dice)
        return kind, example(kind, desk, _TRIES)

    def _rendered(self, scene: Scene, record: Record) -> Record:
        if not self.settings.render:
            return record
        picture = scene.picture.with_pixels(scene.render(record.program))
        data = encode(picture, ".jpg", quality=_QUALITY)
        return replace(record, after=Blobs(self.folder / "blobs").put(data))


def _scene(photo: Photo) -> Scene:
    return Scene(decode(photo.data, name=photo.name))


def _once(records: Iterable[Record], skipped: Skipped) -> list[Record]:
    """Leave out what was said of the same photo in the same place before."""
    said: set[tuple[object, ...]] = set()
    kept = []
    for record in records:
        # The same words sum up many edits; one edit of a photo they ask for only once.
        edit = record.program.digest if record.task == "summary" else record.start.digest
        key = (record.task, record.photo, identity(record.words), edit, record.history)
        if key in said:
            skipped.add("said before of the same photo", record.words)
        else:
            said.add(key)
            kept.append(record)
    return kept
