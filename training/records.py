"""What planners learn from: records of edits, and data sets of them.

A data set is a folder: `records.jsonl` (a record a line), `blobs/` (the pictures, named by their
SHA-256) and `card.json` (counts, what was left out and why, digests). It is written once.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from iea import files
from iea.blobs import Blobs
from iea.errors import CheckFailedError, InvalidError, NotFoundError
from iea.program import Program

FORMAT = "dataset/1"
Task = Literal["edit", "refine", "summary"]
Reply = Literal["edited", "clarification", "refused", "no_change"]
TASKS: tuple[Task, ...] = ("edit", "refine", "summary")
NOTHING = Program()
"""The program that leaves a photo as it is."""
TEST_SHARE = 6
"""One photo of so many, and one template of so many, is kept for the test."""


@dataclass(frozen=True)
class Record:
    """One thing to learn from: what was there, what was said, and what should come of it.

    `photo` and `after` are SHA-256 of encoded pictures in the data set's blobs; `after` is empty
    where the reference is what `program` renders. `start` is the program that a refinement starts
    from, `history` what was said before. `text` is what was answered, where that matters: the
    reason of a refusal. `score` is how well the words fit, -10..10, for variants that a reward
    model learns from. `template` names the wording that the words were made of.
    """

    task: Task
    photo: str
    words: str
    program: Program = NOTHING
    after: str = ""
    start: Program = NOTHING
    history: tuple[str, ...] = ()
    reply: Reply = "edited"
    text: str = ""
    language: str = "en"
    source: str = ""
    template: str = ""
    score: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the record as a JSON value; programs in the form of program files."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**values, "program": self.program.to_json(), "start": self.start.to_json()}

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "Record":
        """Read a record of a JSON value; raises `InvalidError` for one that is none."""
        try:
            programs = {name: Program.parse(value[name]) for name in ("program", "start")}
            return cls(**{**value, **programs, "history": tuple(value["history"])})
        except (KeyError, TypeError) as error:
            raise InvalidError(
                f"A record is malformed ({error}): make the data set anew."
            ) from None


def side(record: Record) -> Literal["train", "test", "neither"]:
    """Tell where a record belongs: neither its photo nor its wording is ever on both sides."""
    kept = _kept(record.photo), _kept(record.template or record.words.lower())
    return "test" if all(kept) else "neither" if any(kept) else "train"


def _kept(name: str) -> bool:
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    return number % TEST_SHARE == 0


@dataclass
class Skipped:
    """What was left out: reasons, how often each, and an example of each."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, reason: str, what: str) -> None:
        """Count one thing left out; `what` names it."""
        self.counts[reason] += 1
        self.examples.setdefault(reason, what)


class Dataset:
    """A data set in a folder; `Dataset(folder)` opens one that was written."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "card.json").is_file():
            raise NotFoundError(f"{folder} holds no data set: name the folder of one.")
        self.folder = folder
        self.card: dict[str, Any] = json.loads((folder / "card.json").read_text("utf-8"))
        if self.card.get("iea") != FORMAT:
            raise InvalidError(f"{folder} has another format than {FORMAT}: make it anew.")
        self.blobs = Blobs(folder / "blobs")

    @classmethod
    def write(
        cls, folder: Path, records: Iterable[Record], skipped: Skipped, **facts: Any
    ) -> "Dataset":
        """Write a data set whose pictures are in `folder/blobs` already; the same records once.

        `facts` go into the card: what the set was made from, with which settings. Raises
        `InvalidError` where no record is left.
        """
        folder.mkdir(parents=True, exist_ok=True)
        lines = list(dict.fromkeys(_line(record) for record in records))
        if not lines:
            reasons = ", ".join(f"{n} {reason}" for reason, n in skipped.counts.most_common())
            raise InvalidError(f"No record is left ({reasons or 'the source is empty'}).")
        data = "".join(lines).encode()
        files.replace(folder / "records.jsonl", data)
        card = {
            "iea": FORMAT,
            **facts,
            "records": len(lines),
            "sha256": hashlib.sha256(data).hexdigest(),
            "counts": _counts(map(_read, lines)),
            "skipped": dict(skipped.counts),
            "skipped_examples": skipped.examples,
        }
        text = json.dumps(card, indent=1, ensure_ascii=False) + "\n"
        files.replace(folder / "card.json", text.encode())
        return cls(folder)

    def __iter__(self) -> Iterator[Record]:
        """Yield the records; raises `CheckFailedError` where they are not those of the card."""
        data = files.read(self.folder / "records.jsonl")
        if hashlib.sha256(data).hexdigest() != self.card["sha256"]:
            raise CheckFailedError(f"{self.folder}/records.jsonl was changed: make the set anew.")
        return map(_read, data.decode().splitlines())

    def __len__(self) -> int:
        return int(self.card["records"])

    def part(self, which: Literal["train", "test"]) -> list[Record]:
        """Return the records of one side."""
        return [record for record in self if side(record) == which]


def _line(record: Record) -> str:
    return json.dumps(record.to_json(), ensure_ascii=False, sort_keys=True) + "\n"


def _read(line: str) -> Record:
    return Record.parse(json.loads(line))


def _counts(records: Iterable[Record]) -> dict[str, dict[str, int]]:
    """Count what a set holds, in the ways that a reader of its card asks for."""
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("task", "reply", "language", "source", "side", "tool")
    }
    for record in records:
        for name in ("task", "reply", "language", "source"):
            counts[name][str(getattr(record, name))] += 1
        counts["side"][side(record)] += 1
        counts["tool"].update(step.tool for step in record.program.steps)
    return {name: dict(sorted(counter.items())) for name, counter in counts.items()}
