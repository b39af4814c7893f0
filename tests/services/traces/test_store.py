"""The store: nothing acknowledged is lost, nothing recorded is changed."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from iea.errors import (
    CheckFailedError,
    ConflictError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from services.traces.store import TraceStore
from tests.traces import header, turn

ROOT = Path(__file__).parents[3]

APPENDER = """
import sys
from pathlib import Path
from services.traces.store import TraceStore
from tests.traces import header, turn
store = TraceStore(Path(sys.argv[1]))
store.create(header())
for number in range(1, 100_000):
    store.append("session-1", turn(number), number, f"r{number}")
    print(number, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "traces.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[TraceStore]:
    store = TraceStore(path)
    yield store
    store.close()


def _filled(store: TraceStore, turns: int, session: str = "session-1") -> None:
    store.create(header(session))
    for number in range(1, turns + 1):
        store.append(session, turn(number), number)


def test_a_trace_comes_back_as_a_file_has_it(store: TraceStore) -> None:
    chain = store.create(header())
    assert chain.size == 1
    chain, kept = store.append("session-1", turn(1), 1)
    assert kept == {**turn(1), "hash": chain.root}
    assert store.read("session-1") == {
        **header(),
        "turns": [kept],
        "head": "t1",
        "chain": {"root": chain.root, "size": 2},
    }
    assert store.verify("session-1") == chain


def test_the_same_header_again_is_the_same_answer_and_another_a_conflict(store: TraceStore) -> None:
    first = store.create(header())
    assert store.create(header()) == first
    with pytest.raises(ConflictError, match="session-1"):
        store.create({**header(), "seed": 1})


def test_a_request_id_gives_the_earlier_turn_whatever_else_is_sent(store: TraceStore) -> None:
    store.create(header())
    _, kept = store.append("session-1", turn(1), 1, "once")
    assert store.append("session-1", turn(2), 99, "once")[1] == kept
    assert len(store.read("session-1")["turns"]) == 1
    assert store.turn_of("session-1", "once") == "t1"
    assert store.turn_of("session-1", "twice") == store.turn_of("session-1", "") == ""


def test_of_two_appenders_one_wins(path: Path, store: TraceStore) -> None:
    store.create(header())
    barrier = threading.Barrier(8)

    def append(_: int) -> bool:
        own = TraceStore(path)
        barrier.wait()
        try:
            own.append("session-1", turn(1), 1)
        except ConflictError:
            return False
        finally:
            own.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(append, range(8))) == [False] * 7 + [True]
    assert store.verify("session-1").size == 2


def test_what_is_missing_or_malformed_is_refused(store: TraceStore) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        store.read("nobody")
    with pytest.raises(NotFoundError, match="nobody"):
        store.append("nobody", turn(1), 1)
    store.create(header())
    with pytest.raises(InvalidError):
        store.append("session-1", {}, 1)
    with pytest.raises(InvalidError, match="request_id"):
        store.append("session-1", turn(1), 1, "x" * 65)
    with pytest.raises(InvalidError, match="parent"):
        store.append("session-1", turn(2), 1)
    with pytest.raises(InvalidError, match="head"):
        store.append("session-1", turn(1, head="t7"), 1)
    assert store.read("session-1")["chain"]["size"] == 1


def test_rows_can_be_neither_changed_nor_deleted(path: Path, store: TraceStore) -> None:
    _filled(store, 1)
    other = sqlite3.connect(path)
    for statement in ("UPDATE records SET body = '{}'", "DELETE FROM records"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            other.execute(statement)
    other.close()


@pytest.mark.parametrize("position", [0, 1, 2])
def test_tampering_behind_the_triggers_is_named(
    path: Path, store: TraceStore, position: int
) -> None:
    _filled(store, 2)
    other = sqlite3.connect(path)
    other.execute("DROP TRIGGER no_update")
    other.execute(
        "UPDATE records SET body = replace(body, '640', '641') WHERE position = ?", (position,)
    )
    other.commit()
    other.close()
    named = ["turn t1: it or the header", "turn t1:", "turn t2:"][position]
    with pytest.raises(CheckFailedError, match=named):
        store.verify("session-1")


def test_lists_go_by_pages_from_the_newest(store: TraceStore) -> None:
    for number in range(5):
        _filled(store, number, f"session-{number}")
    first, token = store.page(2)
    second, token = store.page(2, token)
    third, end = store.page(2, token)
    assert end == ""
    listed = [(item.session, item.turns) for item in (*first, *second, *third)]
    assert listed == [(f"session-{number}", number) for number in (4, 3, 2, 1, 0)]
    assert store.page(100_000) == (first + second + third, "")
    for size, wrong in ((-1, ""), (2, "x"), (2, "²"), (2, "9" * 40)):
        with pytest.raises(InvalidError, match="page_"):
            store.page(size, wrong)


def test_kill_during_appends_loses_nothing_acknowledged(path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", APPENDER, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout
    seen = 0
    for line in process.stdout:
        seen = int(line)
        if seen == 30:
            os.kill(process.pid, signal.SIGKILL)
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    store = TraceStore(path)
    turns = store.read("session-1")["turns"]
    # The one that was being written may be there, whole; it was not acknowledged.
    assert [t["id"] for t in turns] == [f"t{i + 1}" for i in range(len(turns))]
    assert len(turns) in (seen, seen + 1)
    assert store.verify("session-1").size == len(turns) + 1
    assert store.append("session-1", turn(seen), 99, f"r{seen}")[1] == turns[seen - 1]
    store.close()


def test_a_failing_disk_is_told_and_nothing_half_is_kept(path: Path, store: TraceStore) -> None:
    store.create(header())
    # The only way to fill a disk without one: a limit on the file's pages.
    store._db.execute("PRAGMA max_page_count = 1")
    with pytest.raises(UnavailableError, match="full"):
        store.append("session-1", turn(1, words="x" * 100_000), 1)
    store._db.execute("PRAGMA max_page_count = 1000000")
    assert store.append("session-1", turn(1), 1)[0].size == 2
    assert store.verify("session-1").size == 2


def test_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(InvalidError, match="another version"):
        TraceStore(newer)
    other = tmp_path / "other"
    other.write_bytes(b"this is no database" * 100)
    with pytest.raises(CheckFailedError, match="damaged"):
        TraceStore(other)
