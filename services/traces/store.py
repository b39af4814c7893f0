"""The embedded store of traces: one SQLite file.

The life of a record:

1. The caller sends a turn and the size of the chain that it saw. Nothing is computed yet.
2. BEGIN IMMEDIATE takes the file's one write lock, among threads and processes alike. From here to
   the end no one else appends.
3. A request id that the session knows ends it: the earlier turn is the answer, nothing is written.
4. The chain's size is compared with the one that the caller saw. If it grew, somebody else was
   first, and the caller must look again (ConflictError).
5. The turn is validated, its hash is computed from the hash before it, and the row is inserted: the
   canonical JSON that was hashed, not another spelling of it.
6. COMMIT. With the write-ahead log and synchronous=FULL it returns after fsync of the log; a crash
   before that leaves nothing of the row, a crash after that all of it.
7. Only now does the caller hear of it.

Rows are never changed: triggers refuse it, whoever asks. Replaying a header or a request id is safe
at any time.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from iea import trace
from iea.errors import (
    CheckFailedError,
    ConflictError,
    ExhaustedError,
    InvalidError,
    NotFoundError,
    UnavailableError,
    Violation,
)

SCHEMA_VERSION = 1
MAX_TURNS = 10_000
"""Turns of one session: more than a person takes, and what one reader can hold."""
MAX_REQUEST_ID = 64
PAGE = 50
MAX_PAGE = 1000

_SCHEMA = f"""
CREATE TABLE records (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    session TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),  -- 0 is the header
    body TEXT NOT NULL,                               -- canonical JSON, what was hashed
    hash TEXT NOT NULL,
    turn TEXT,                                        -- its id
    request_id TEXT,
    UNIQUE (session, position),
    UNIQUE (session, turn),
    UNIQUE (session, request_id)
) STRICT;
CREATE INDEX headers ON records (serial) WHERE position = 0;
CREATE TRIGGER no_update BEFORE UPDATE ON records
BEGIN SELECT RAISE(ABORT, 'records are never changed'); END;
CREATE TRIGGER no_delete BEFORE DELETE ON records
BEGIN SELECT RAISE(ABORT, 'records are never deleted'); END;
PRAGMA user_version = {SCHEMA_VERSION};
"""


class Chain(NamedTuple):
    """The last hash, and how many records it covers: the header and the turns."""

    root: str
    size: int


class Summary(NamedTuple):
    """A session in a list."""

    session: str
    photo_sha256: str
    turns: int


class TraceStore:
    """Traces in an SQLite file, which is made at need; for use from any thread or process.

    Every method raises `UnavailableError` where the disk fails.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        with _disk_faults():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                path, timeout=10, isolation_level=None, check_same_thread=False
            )
            # Both hold for this connection only, so they are set each time.
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
        self._prepare(path)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def create(self, header: Mapping[str, Any]) -> Chain:
        """Open a trace. The same header again gives the same answer.

        Raises `InvalidError` for an incomplete header, `ConflictError` where the session has
        another one.
        """
        trace.check_header(header)
        body, digest = trace.canonical(header).decode(), trace.header_hash(header)
        with self._writing():
            known = self._one(
                "SELECT hash FROM records WHERE session = ? AND position = 0", header["session"]
            )
            if known is None:
                self._insert(header["session"], 0, body, digest)
            elif known[0] != digest:
                raise ConflictError(
                    f"Session {header['session']} has another header: choose another id."
                )
            return self._chain(header["session"])

    def append(
        self, session: str, turn: Mapping[str, Any], expected_size: int, request_id: str = ""
    ) -> tuple[Chain, dict[str, Any]]:
        """Append a turn, without its hash; it is on disk when this returns.

        Returns the chain and the turn with its hash. With the request id of an earlier turn, that
        turn comes again. Raises `NotFoundError` without such a session, `ConflictError` where its
        size is not the expected one, and `InvalidError` for an incomplete turn.
        """
        trace.check_turn(turn)
        if len(request_id) > MAX_REQUEST_ID:
            raise _invalid("request_id", f"is longer than {MAX_REQUEST_ID} characters")
        record = trace.record_of(turn)
        body = trace.canonical(record).decode()
        with self._writing():
            chain = self._chain(session)
            if (earlier := self._by_request(session, request_id)) is not None:
                return chain, earlier
            if chain.size != expected_size:
                raise ConflictError(
                    f"Session {session} has {chain.size} records by now, not {expected_size}: "
                    "read it again, then repeat."
                )
            if chain.size > MAX_TURNS:
                raise ExhaustedError(f"Session {session} has {MAX_TURNS:,} turns: open a new one.")
            self._check_links(session, record)
            digest = trace.chain_next(chain.root, record)
            self._insert(session, chain.size, body, digest, record["id"], request_id or None)
        return Chain(digest, chain.size + 1), _turn(body, digest)

    def read(self, session: str) -> dict[str, Any]:
        """Return a trace as it stands in a trace file; `NotFoundError` without such a session."""
        with self._lock, _disk_faults():
            rows = self._db.execute(
                "SELECT body, hash FROM records WHERE session = ? ORDER BY position", (session,)
            ).fetchall()
        if not rows:
            raise _not_found(session)
        turns = [_turn(body, digest) for body, digest in rows[1:]]
        return {
            **json.loads(rows[0][0]),
            "turns": turns,
            "head": turns[-1]["head"] if turns else None,
            "chain": {"root": rows[-1][1], "size": len(rows)},
        }

    def turn_of(self, session: str, request_id: str) -> str:
        """Return the id of the turn that was appended under a request id, "" if there is none."""
        with self._lock, _disk_faults():
            earlier = self._by_request(session, request_id)
        return "" if earlier is None else str(earlier["id"])

    def verify(self, session: str) -> Chain:
        """Recompute the chain of one session.

        Raises `CheckFailedError` naming the turn at which it breaks, `NotFoundError` without such
        a session.
        """
        found = self.read(session)
        trace.verify(found)
        return Chain(**found["chain"])

    def page(self, size: int = 0, token: str = "") -> tuple[list[Summary], str]:
        """List sessions, newest first: `size` of them (0: 50; at most 1,000) from a page token on.

        Returns them and the next token, "" at the end. Raises `InvalidError` for a token that is
        not one of ours.
        """
        if size < 0:
            raise _invalid("page_size", "is negative: give a number from 0 to 1,000")
        if token and not (token.isascii() and token.isdigit() and len(token) < 19):
            raise _invalid("page_token", "is not one that a list gave: begin again without it")
        count = min(size or PAGE, MAX_PAGE)
        with self._lock, _disk_faults():
            rows = self._db.execute(
                "SELECT serial, session, body, (SELECT max(position) FROM records AS turns"
                " WHERE turns.session = records.session) FROM records"
                " WHERE position = 0 AND serial < ? ORDER BY serial DESC LIMIT ?",
                (int(token or 2**62), count + 1),
            ).fetchall()
        listed = [
            Summary(session, json.loads(body)["photo"]["sha256"], turns)
            for _, session, body, turns in rows[:count]
        ]
        return listed, str(rows[count - 1][0]) if len(rows) > count else ""

    def _prepare(self, path: Path) -> None:
        with self._writing():
            (version,) = self._one("PRAGMA user_version") or (0,)
            if version == 0:
                for statement in _statements(_SCHEMA):
                    self._db.execute(statement)
            elif version != SCHEMA_VERSION:
                raise InvalidError(
                    f"{path} was written by another version of IEA (schema {version}, here "
                    f"{SCHEMA_VERSION}): use that version, or another folder."
                )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, _disk_faults():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                # A failed COMMIT may have rolled back already.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _one(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
        return row

    def _insert(
        self,
        session: str,
        position: int,
        body: str,
        digest: str,
        turn: str | None = None,
        request_id: str | None = None,
    ) -> None:
        self._db.execute(
            "INSERT INTO records (session, position, body, hash, turn, request_id)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (session, position, body, digest, turn, request_id),
        )

    def _chain(self, session: str) -> Chain:
        row = self._one(
            "SELECT hash, position + 1 FROM records WHERE session = ?"
            " ORDER BY position DESC LIMIT 1",
            session,
        )
        if row is None:
            raise _not_found(session)
        return Chain(*row)

    def _by_request(self, session: str, request_id: str) -> dict[str, Any] | None:
        row = request_id and self._one(
            "SELECT body, hash FROM records WHERE session = ? AND request_id = ?",
            session,
            request_id,
        )
        return _turn(*row) if row else None

    def _check_links(self, session: str, turn: Mapping[str, Any]) -> None:
        rows = self._db.execute(
            "SELECT turn FROM records WHERE session = ? AND turn IS NOT NULL", (session,)
        )
        ids = {turn for (turn,) in rows}
        if faults := list(trace.link_faults(turn, ids)):
            raise InvalidError(f"The turn's {faults[0].field} {faults[0].description}.", faults)


def _turn(body: str, digest: str) -> dict[str, Any]:
    return {**json.loads(body), "hash": digest}


def _statements(script: str) -> Iterator[str]:
    """Cut a script: executescript would commit first, and the schema must come whole or not."""
    statement = ""
    for line in script.strip().splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _not_found(session: str) -> NotFoundError:
    return NotFoundError(f"There is no session {session[:80]!r}: open one first.")


def _invalid(where: str, what: str) -> InvalidError:
    return InvalidError(f"{where} {what}.", [Violation(where, what)])


@contextmanager
def _disk_faults() -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        raise UnavailableError(
            f"The trace store cannot be used ({error}): check its disk, then repeat the call."
        ) from error
    except sqlite3.DatabaseError as error:
        raise CheckFailedError(
            f"The trace store is damaged ({error}): restore it from a backup."
        ) from error
