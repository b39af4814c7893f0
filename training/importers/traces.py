"""Our own traces: what people asked for, and whether they kept what they got.

An export is a folder: `traces.jsonl` (a trace a line), `blobs/` (the photos, named by their
SHA-256) and `manifest.json`, written last: without it an export was cut short.

Of a turn that edited, the path from the original to the picture as it stands at the end tells:

- kept: the turn is on it, and the next turn on it does not take back all that the turn did;
- undone: it is not, or the next turn does;
- by hand: it is, and turns without words follow, in which the person moved settings: the program
  after the last of them is what was meant.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, takewhile
from pathlib import Path
from typing import Any

from iea import files, trace
from iea.blobs import Blobs, Store
from iea.errors import CheckFailedError, ConflictError, InvalidError, NotFoundError
from iea.program import Program, Step
from iea.tools import TOOLSETS
from training.importers.pairs import Pair, each
from training.records import NOTHING, Record, Skipped

FORMAT = "traces/1"
UNDONE = -5.0
"""How well words fit what their user took back, -10..10: better than words about another photo."""
_UNKNOWN = "und"
"""The language of words that nobody named (BCP 47)."""

Turn = Mapping[str, Any]


def export(
    traces: Iterable[Mapping[str, Any]], photos: Store, target: Path, skipped: Skipped
) -> dict[str, Any]:
    """Write the traces of the sessions that carry a consent, with their photos, to a new folder.

    Returns the manifest. Raises `ConflictError` where the folder holds an export, and
    `InvalidError` where it cannot be written or no session is left; then there is no manifest.
    """
    if (target / "manifest.json").exists():
        raise ConflictError(f"{target} holds an export already: choose another folder.")
    chosen = _allowed(traces, photos, skipped)
    first = next(chosen, None)
    if first is None:
        reasons = ", ".join(f"{n} {reason}" for reason, n in skipped.counts.most_common())
        raise InvalidError(f"No session is left to export ({reasons or 'there is none at all'}).")
    try:
        return _write(target, chain((first,), chosen))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvalidError(
            f"{target} cannot be written ({reason}): choose another folder, or free space."
        ) from error


def _write(target: Path, sessions: Iterable[tuple[Mapping[str, Any], bytes]]) -> dict[str, Any]:
    target.mkdir(parents=True, exist_ok=True)
    blobs, digest, headers = Blobs(target / "blobs"), hashlib.sha256(), list[dict[str, Any]]()
    with (target / "traces.jsonl").open("wb") as lines:
        for found, photo in sessions:
            blobs.put(photo)
            line = json.dumps(found, ensure_ascii=False).encode() + b"\n"
            lines.write(line)
            digest.update(line)
            headers.append(trace.header_of(found))
    days = sorted(header["day"] for header in headers)
    toolsets = {(header["toolset"]["name"], header["toolset"]["version"]) for header in headers}
    manifest = {
        "iea": FORMAT,
        "sha256": digest.hexdigest(),
        "count": len(headers),
        "consent": sorted({header["consent"] for header in headers}),
        "span": [days[0], days[-1]],
        "toolsets": [{"name": name, "version": version} for name, version in sorted(toolsets)],
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    files.replace(target / "manifest.json", text.encode())
    return manifest


def _allowed(
    traces: Iterable[Mapping[str, Any]], photos: Store, skipped: Skipped
) -> Iterator[tuple[Mapping[str, Any], bytes]]:
    """Yield the sessions that may be trained on, each with its photo."""
    for found in traces:
        if "consent" not in found:
            skipped.add("a session carries no consent", found["session"])
            continue
        try:
            photo = photos.get(found["photo"]["sha256"])
        except (NotFoundError, CheckFailedError) as error:
            skipped.add("a photo is missing", str(error))
        else:
            yield found, photo


def read(folder: Path, skipped: Skipped) -> Iterator[Pair]:
    """Return a pair for each session of an export: its photo, and a record a turn that edited.

    First turns are edits; later ones are refinements, which start from the program before them and
    have the words before them as history. Where an edit was undone, the score is `UNDONE`. Sessions
    that were changed since they were recorded, or carry no consent, are left out and counted.

    Raises `NotFoundError` without a manifest, `InvalidError` for an export that is empty, names no
    consent or was made with a toolset that is not known here, and `CheckFailedError` where it is
    not the file that the manifest is about.
    """
    _check(folder)
    photos = Blobs(folder / "blobs")

    def pair(line: bytes) -> Pair:
        found = trace.read(line, name="a session")
        trace.verify(found)
        if "consent" not in found:
            raise InvalidError(f"Session {found['session']} carries no consent: leave it out.")
        photo = photos.get(found["photo"]["sha256"])
        made = tuple(_records(found, skipped))
        if not made:
            raise InvalidError(f"Session {found['session']} has no turn that edited by words.")
        return Pair(found["session"], photo, None, made)

    return each(_lines(folder / "traces.jsonl"), pair, skipped, "a session")


def _check(folder: Path) -> None:
    path = folder / "manifest.json"
    if not (path.is_file() and (folder / "traces.jsonl").is_file()):
        raise NotFoundError(f"{folder} holds no whole export of traces: export them again.")
    try:
        manifest = json.loads(files.read(path))
        kind, count, sha256 = manifest["iea"], manifest["count"], manifest["sha256"]
        consent = [str(text).strip() for text in manifest["consent"]]
        toolsets = {(str(t["name"]), str(t["version"])) for t in manifest["toolsets"]}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidError(f"{path} is malformed ({error}): export the traces again.") from None
    if kind != FORMAT:
        raise InvalidError(f"{path} has another format than {FORMAT}: export the traces again.")
    if not count:
        raise InvalidError(f"{folder} holds no session: export some that carry a consent.")
    if not consent or not all(consent):
        raise InvalidError(f"{path} names no consent: traces without it are not read.")
    for name, version in sorted(toolsets - {(t.name, t.version) for t in TOOLSETS.values()}):
        raise InvalidError(
            f"{folder} was made with toolset {name} {version}, which is not known here: "
            "use a version of IEA that has it."
        )
    with (folder / "traces.jsonl").open("rb") as lines:
        if hashlib.file_digest(lines, "sha256").hexdigest() != sha256:
            raise CheckFailedError(f"{folder}/traces.jsonl was changed: export the traces again.")


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as lines:
        yield from lines


def _records(found: Mapping[str, Any], skipped: Skipped) -> Iterator[Record]:
    """Yield what the turns of a session say, in their order."""
    by_id = {turn["id"]: turn for turn in found["turns"]}
    final = _path(by_id, found["head"])
    at = {turn["id"]: i for i, turn in enumerate(final)}
    for turn in found["turns"]:
        where = f"{found['session']}/{turn['id']}"
        if turn["reply"]["kind"] != "edited":
            skipped.add("a turn did not edit", where)
        elif turn["head"] != turn["id"]:
            skipped.add("a turn only went back", where)
        elif turn["words"].strip():
            before = _path(by_id, turn["parent"])
            after = final[at[turn["id"]] + 1 :] if turn["id"] in at else None
            yield _record(turn, before, after)


def _record(turn: Turn, before: Sequence[Turn], after: Sequence[Turn] | None) -> Record:
    """Return the record of a turn; `after` is what followed on the path, None where it left it."""
    start = Program.parse(before[-1]["program"]) if before else NOTHING
    program, outcome = Program.parse(turn["program"]), "kept"
    by_hand = list(takewhile(lambda later: not later["words"].strip(), after or ()))
    if by_hand:
        program, outcome = Program.parse(by_hand[-1]["program"]), "by hand"
    elif after is None or (after and _takes_back(after[0], turn, start)):
        outcome = "undone"
    history = tuple(words for earlier in before if (words := earlier["words"].strip()))
    return Record(
        "refine" if before else "edit",
        "",
        turn["words"].strip(),
        program=program,
        start=start,
        history=history,
        language=_UNKNOWN,
        source=f"traces/{outcome}",
        score=UNDONE if outcome == "undone" else None,
    )


def _path(by_id: Mapping[str, Turn], turn_id: str | None) -> list[Turn]:
    """Return the turns from the original to a turn, oldest first."""
    found: list[Turn] = []
    while turn_id is not None:
        found.append(by_id[turn_id])
        turn_id = found[-1]["parent"]
    return found[::-1]


def _takes_back(following: Turn, turn: Turn, start: Program) -> bool:
    """Tell whether all that a turn did is gone, or turned round, after the one that follows."""
    then, now, later = (
        {step.id: step for step in program.steps}
        for program in (start, Program.parse(turn["program"]), Program.parse(following["program"]))
    )
    moved = [key for key in now.keys() | then.keys() if not _same(then.get(key), now.get(key))]
    return bool(moved) and all(_back(then.get(key), now.get(key), later.get(key)) for key in moved)


def _back(then: Step | None, now: Step | None, later: Step | None) -> bool:
    if _same(then, later):
        return True
    if now is None or later is None or now.tool != later.tool:
        return False
    at = then.amount if then is not None else now.declared.main.default
    return (now.amount - at) * (later.amount - at) < 0


def _same(one: Step | None, other: Step | None) -> bool:
    return (one and one.decisive()) == (other and other.decisive())
