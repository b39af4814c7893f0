"""Our own traces: what was consented is exported, and what people did with their edits counts."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from iea import trace
from iea.blobs import Blobs
from iea.errors import CheckFailedError, ConflictError, InvalidError, NotFoundError
from iea.program import Change, Program, apply_patch, diff
from tests.images import save
from tests.programs import program
from tests.traces import header, turn
from tests.training.importers.made import kept, photo
from training.importers import traces
from training.records import NOTHING, Record, Skipped

CONSENT = "My edits may be used to improve the editor."
CONSENTED = {"consent": CONSENT, "day": "2026-01-17"}


class Session:
    """A session that grows as the gateway would let it grow, with a consent or without."""

    def __init__(
        self, name: str, photo_sha256: str, consented: Mapping[str, str] = CONSENTED
    ) -> None:
        first = {**header(name), **consented}
        self._header = {**first, "photo": {**first["photo"], "sha256": photo_sha256}}
        self._turns: list[dict[str, Any]] = []
        self._head: str | None = None

    def edit(self, words: str, *changes: Change, tool: str = "") -> None:
        """Take a turn that edits; with `tool`, the first step is of one that nobody knows."""
        self._add(words, apply_patch(self._program(self._head), changes))
        if tool:
            self._turns[-1]["program"]["steps"][0]["tool"] = tool

    def back(self, turns: int) -> None:
        """Take a turn that undoes some turns."""
        to = self._head
        for _ in range(turns):
            to = next(t for t in self._turns if t["id"] == to)["parent"]
        self._add("undo that", self._program(to), head=to)

    def refuse(self, words: str) -> None:
        """Take a turn that is refused."""
        reply = {"kind": "refused", "text": "I cannot do that."}
        self._add(words, self._program(self._head), head=self._head, reply=reply)

    def trace(self) -> dict[str, Any]:
        """Return the trace, chained."""
        last, turns = trace.header_hash(self._header), []
        for record in self._turns:
            last = trace.chain_next(last, record)
            turns.append({**record, "hash": last})
        chain = {"root": last, "size": 1 + len(turns)}
        return {**self._header, "turns": turns, "head": self._head, "chain": chain}

    def _program(self, turn_id: str | None) -> Program:
        if turn_id is None:
            return NOTHING
        return Program.parse(next(t for t in self._turns if t["id"] == turn_id)["program"])

    def _add(self, words: str, after: Program, **other: Any) -> None:
        number = len(self._turns) + 1
        start = self._program(self._head)
        made = turn(number, words=words, parent=self._head, program=after.to_json())
        made |= {"patch": [c.to_json() for c in diff(start, after)], **other}
        self._turns.append(made)
        self._head = made["head"]


def add(step_id: str = "s1", **amount: float) -> Change:
    """Make the change that adds a step, or that moves it where it is there already."""
    (step,) = program(**amount).steps
    return Change("add", type(step)(step.tool, step.params, step_id))


@pytest.fixture
def photos(tmp_path: Path) -> Blobs:
    store = Blobs(tmp_path / "photos")
    store.put(save(photo()))
    return store


@pytest.fixture
def session(photos: Blobs) -> Session:
    return Session("one", photos.put(save(photo())))


def exported(photos: Blobs, tmp_path: Path, *found: Mapping[str, Any]) -> Path:
    """Export traces, all of them consented."""
    target = tmp_path / "export"
    assert traces.export(found, photos, target, Skipped())["count"] == len(found)
    return target


def told(session: Session, photos: Blobs, tmp_path: Path) -> list[Record]:
    """Return the records of a session that went through an export."""
    found, _ = kept(traces.read(exported(photos, tmp_path, session.trace()), Skipped()), tmp_path)
    return found


def test_first_turns_are_edits_and_later_ones_refinements(
    session: Session, photos: Blobs, tmp_path: Path
) -> None:
    session.edit("brighter", add("s1", exposure=0.5))
    session.refuse("erase the car")
    session.edit("a bit warmer", add("s2", temperature=20))
    first, second = told(session, photos, tmp_path)
    assert (first.task, first.words, first.history) == ("edit", "brighter", ())
    assert first.start == NOTHING
    assert first.program.digest == second.start.digest == program(exposure=0.5).digest
    assert (second.task, second.history) == ("refine", ("brighter",))
    assert second.program.digest == program(exposure=0.5, temperature=20).digest
    assert {r.source for r in (first, second)} == {"traces/kept"}
    assert {(r.score, r.after, r.photo) for r in (first, second)} == {(None, "", first.photo)}


def test_what_was_undone_scores_low(session: Session, photos: Blobs, tmp_path: Path) -> None:
    session.edit("brighter", add("s1", exposure=0.5))
    session.edit("like a film", add("s2", fade=50))
    session.edit("grainier", add("s3", grain=50))
    session.back(2)
    session.edit("warmer", add("s2", temperature=20))
    found = told(session, photos, tmp_path)
    assert [(r.words, r.source, r.score) for r in found] == [
        ("brighter", "traces/kept", None),
        ("like a film", "traces/undone", traces.UNDONE),
        ("grainier", "traces/undone", traces.UNDONE),
        ("warmer", "traces/kept", None),
    ]
    assert found[-1].history == ("brighter",)


@pytest.mark.parametrize(
    ("following", "outcome"),
    [
        (add("s1", temperature=-10), "undone"),
        (Change("remove", add("s1", temperature=30).step), "undone"),
        (Change("reset"), "undone"),
        (add("s1", temperature=15), "kept"),
        (add("s1", temperature=50), "kept"),
        (add("s2", exposure=1), "kept"),
    ],
    ids=["turned round", "taken out", "started over", "less", "more", "something else"],
)
def test_what_the_next_turn_takes_back_was_not_kept(
    following: Change, outcome: str, session: Session, photos: Blobs, tmp_path: Path
) -> None:
    session.edit("warmer", add("s1", temperature=30))
    session.edit("no, not like that", following)
    first, second = told(session, photos, tmp_path)
    assert (first.source, second.source) == (f"traces/{outcome}", "traces/kept")


def test_taking_back_a_part_is_no_undoing(session: Session, photos: Blobs, tmp_path: Path) -> None:
    session.edit("like a film", add("s1", fade=30), add("s2", grain=30))
    session.edit("without the grain", Change("remove", add("s2", grain=30).step))
    assert [r.source for r in told(session, photos, tmp_path)] == ["traces/kept"] * 2


def test_an_edit_that_changed_nothing_was_not_taken_back(
    session: Session, photos: Blobs, tmp_path: Path
) -> None:
    session.edit("better")
    session.edit("brighter", add(exposure=1))
    assert [r.source for r in told(session, photos, tmp_path)] == ["traces/kept"] * 2


def test_what_was_changed_by_hand_is_what_was_meant(
    session: Session, photos: Blobs, tmp_path: Path
) -> None:
    session.edit("warmer", add("s1", temperature=30))
    session.edit("", add("s1", temperature=18))
    session.edit("", add("s1", temperature=21))
    session.edit("sharper", add("s2", sharpen=20))
    first, second = told(session, photos, tmp_path)
    assert (first.source, first.score) == ("traces/by hand", None)
    assert first.program.digest == second.start.digest == program(temperature=21).digest
    assert second.history == ("warmer",)


def test_a_hand_that_was_undone_does_not_count(
    session: Session, photos: Blobs, tmp_path: Path
) -> None:
    session.edit("warmer", add("s1", temperature=30))
    session.edit("", add("s1", temperature=100))
    session.back(1)
    (record,) = told(session, photos, tmp_path)
    assert (record.source, record.program.digest) == (
        "traces/kept",
        program(temperature=30).digest,
    )


def test_only_sessions_with_a_consent_are_written(photos: Blobs, tmp_path: Path) -> None:
    sha256, later = photos.put(save(photo("coffee"))), {"consent": "Yes.", "day": "2026-02-03"}
    sessions = [
        Session("yes", sha256),
        Session("no", sha256, {}),
        Session("gone", "ef" * 32),
        Session("again", sha256),
        Session("later", sha256, later),
    ]
    for each in sessions:
        each.edit("brighter", add(exposure=1))
    skipped, target = Skipped(), tmp_path / "export"
    manifest = traces.export((each.trace() for each in sessions), photos, target, skipped)
    assert manifest == json.loads((target / "manifest.json").read_text())
    assert skipped.counts == {"a session carries no consent": 1, "a photo is missing": 1}
    assert (manifest["count"], manifest["consent"]) == (3, [CONSENT, "Yes."])
    assert manifest["span"] == ["2026-01-17", "2026-02-03"]
    assert manifest["toolsets"] == [{"name": "iea", "version": "1"}]
    assert b'"no"' not in (target / "traces.jsonl").read_bytes()
    assert [pair.name for pair in traces.read(target, Skipped())] == ["yes", "again", "later"]


def test_an_export_without_sessions_is_refused_and_leaves_nothing(
    photos: Blobs, tmp_path: Path
) -> None:
    target = tmp_path / "export"
    none = Session("none", photos.put(save(photo())), {}).trace()
    for found, reason in (([none], "1 a session carries no consent"), ([], "none at all")):
        with pytest.raises(InvalidError, match=reason):
            traces.export(found, photos, target, Skipped())
    assert not target.exists()
    with pytest.raises(NotFoundError, match="no whole export"):
        traces.read(tmp_path, Skipped())


def test_an_export_that_has_no_place_is_refused(
    session: Session, photos: Blobs, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidError, match=r"file cannot be written \(file exists\)"):
        traces.export([session.trace()], photos, tmp_path / "file", Skipped())


def test_an_export_is_never_written_over(session: Session, photos: Blobs, tmp_path: Path) -> None:
    session.edit("brighter", add(exposure=1))
    exported(photos, tmp_path, session.trace())
    with pytest.raises(ConflictError, match="holds an export already"):
        exported(photos, tmp_path, session.trace())


def changed(target: Path, **facts: Any) -> None:
    """Change the manifest of an export."""
    path = target / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **facts}))


@pytest.mark.parametrize(
    ("facts", "error", "match"),
    [
        ({"toolsets": [{"name": "iea", "version": "9"}]}, InvalidError, "toolset iea 9"),
        ({"count": 0}, InvalidError, "no session"),
        ({"consent": []}, InvalidError, "no consent"),
        ({"consent": [" "]}, InvalidError, "no consent"),
        ({"iea": "traces/2"}, InvalidError, "another format"),
        ({"toolsets": 3}, InvalidError, "malformed"),
        ({"sha256": "ab" * 32}, CheckFailedError, "was changed"),
    ],
    ids=["toolset", "empty", "consent", "blank", "format", "malformed", "digest"],
)
def test_an_export_that_cannot_be_trusted_is_refused(
    facts: dict[str, Any],
    error: type[Exception],
    match: str,
    session: Session,
    photos: Blobs,
    tmp_path: Path,
) -> None:
    session.edit("brighter", add(exposure=1))
    target = exported(photos, tmp_path, session.trace())
    changed(target, **facts)
    with pytest.raises(error, match=match):
        traces.read(target, Skipped())


def test_sessions_that_do_not_hold_are_counted(photos: Blobs, tmp_path: Path) -> None:
    sha256 = photos.put(save(photo()))
    names = ("good", "broken", "silent", "odd", "foreign")
    sessions = {name: Session(name, sha256) for name in names}
    for name in ("good", "broken", "odd"):
        sessions[name].edit("brighter", add(exposure=1))
    sessions["silent"].refuse("erase the car")
    sessions["foreign"].edit("brighter", add(exposure=1), tool="deblur")
    found = {name: session.trace() for name, session in sessions.items()}
    found["broken"]["turns"][0]["words"] = "darker"
    del found["odd"]["seed"]
    skipped = Skipped()
    target = exported(photos, tmp_path, *found.values())
    assert [pair.name for pair in traces.read(target, skipped)] == ["good"]
    assert skipped.counts == {
        "a session was changed or damaged": 1,
        "a session cannot be used": 3,
        "a turn did not edit": 1,
    }


def test_a_session_that_was_slipped_in_without_a_consent_is_left_out(
    session: Session, photos: Blobs, tmp_path: Path
) -> None:
    silent = Session("silent", photos.put(save(photo())), {})
    for each in (session, silent):
        each.edit("brighter", add(exposure=1))
    target, skipped = exported(photos, tmp_path, session.trace()), Skipped()
    with (target / "traces.jsonl").open("a") as lines:
        lines.write(json.dumps(silent.trace()) + "\n")
    changed(target, sha256=hashlib.sha256((target / "traces.jsonl").read_bytes()).hexdigest())
    assert [pair.name for pair in traces.read(target, skipped)] == ["one"]
    assert skipped.examples == {
        "a session cannot be used": "Session silent carries no consent: leave it out."
    }


def test_an_export_without_its_traces_is_refused(
    session: Session, photos: Blobs, tmp_path: Path
) -> None:
    session.edit("brighter", add(exposure=1))
    target = exported(photos, tmp_path, session.trace())
    (target / "traces.jsonl").unlink()
    with pytest.raises(NotFoundError, match="no whole export"):
        traces.read(target, Skipped())


def test_a_photo_that_was_lost_is_counted(session: Session, photos: Blobs, tmp_path: Path) -> None:
    session.edit("brighter", add(exposure=1))
    target = exported(photos, tmp_path, session.trace())
    next((target / "blobs").glob("*/*")).unlink()
    skipped = Skipped()
    assert list(traces.read(target, skipped)) == []
    assert skipped.counts == {"a file is missing": 1}
