"""Content-addressed bytes: what goes in comes out, and nothing else does."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from iea.blobs import Blobs
from iea.errors import CheckFailedError, InvalidError, NotFoundError, UnavailableError


def _file(root: Path) -> Path:
    (path,) = (p for p in root.rglob("*") if p.is_file())
    return path


def test_bytes_come_back_under_their_sha256(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "made" / "at need")
    digest = blobs.put(b"sky")
    assert digest == hashlib.sha256(b"sky").hexdigest()
    assert blobs.get(digest) == b"sky"
    assert blobs.has(digest)


def test_the_same_bytes_again_change_nothing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    blobs.put(b"sky")
    before = _file(tmp_path).stat()
    blobs.put(b"sky")
    assert _file(tmp_path).stat().st_ino == before.st_ino


def test_what_is_not_held_is_named(tmp_path: Path) -> None:
    digest = "a" * 64
    assert not Blobs(tmp_path).has(digest)
    with pytest.raises(NotFoundError, match=digest):
        Blobs(tmp_path).get(digest)


def test_what_is_deleted_is_forgotten(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"sky")
    blobs.delete(digest)
    blobs.delete(digest)
    assert not blobs.has(digest)


def test_a_damaged_file_is_told_and_mended_by_the_next_put(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"sky")
    _file(tmp_path).write_bytes(b"sea")
    with pytest.raises(CheckFailedError, match="damaged"):
        blobs.get(digest)
    blobs.put(b"sky")
    assert blobs.get(digest) == b"sky"


@pytest.mark.parametrize(
    "digest", ["", "abc", "../" + "a" * 61, "A" * 64, "g" * 64, "a" * 65, "é" * 64, "a" * 63 + "\n"]
)
def test_what_is_no_digest_never_becomes_a_path(tmp_path: Path, digest: str) -> None:
    for ask in (Blobs(tmp_path).get, Blobs(tmp_path).has, Blobs(tmp_path).delete):
        with pytest.raises(InvalidError, match="SHA-256"):
            ask(digest)


@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
def test_a_disk_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    blobs = Blobs(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(UnavailableError, match="no space left"):
            blobs.put(b"sky")
    assert not list(tmp_path.rglob("*.part"))
    assert blobs.get(blobs.put(b"sky")) == b"sky"


def test_many_writers_of_the_same_bytes_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: Blobs(tmp_path).put(b"sky" * 10_000), range(32)))
    assert Blobs(tmp_path).get(digests.pop()) == b"sky" * 10_000
    assert not digests
    assert _file(tmp_path)
