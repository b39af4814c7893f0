"""The sandbox: the same pictures, and whatever happens to a worker happens to nobody else."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from iea.errors import InvalidError
from iea.image import decode, decode_small, probe, sandbox
from iea.image.sandbox import Sandbox
from tests import images
from tests.image import corpus

WHOLE = {f"{kind} {n}": make for kind, some in corpus.GOOD.items() for n, make in enumerate(some)}


@pytest.fixture(scope="module", name="box")
def two_workers() -> Iterator[Sandbox]:
    with Sandbox(2) as box:
        yield box


def workers() -> list[int]:
    """The processes that this one has started and that still run a worker."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            command = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == os.getpid() and b"iea.image._worker" in command:
            found.append(int(status.parent.name))
    return found


@pytest.mark.parametrize("kind", WHOLE)
def test_a_picture_is_the_same_as_without_it(box: Sandbox, kind: str) -> None:
    data = WHOLE[kind]()
    expected, found = decode(data), box.decode(data)
    np.testing.assert_array_equal(found.pixels, expected.pixels)
    assert found.pixels.dtype == expected.pixels.dtype
    assert (found.alpha is None) == (expected.alpha is None)
    for part in ("icc", "exif", "xmp", "format"):
        assert getattr(found, part) == getattr(expected, part)
    assert box.probe(data) == probe(data)
    np.testing.assert_array_equal(box.decode_small(data, 20).pixels, decode_small(data, 20).pixels)


def test_alpha_and_cmyk_pass_through(box: Sandbox) -> None:
    image = images.Image.fromarray(images.scene(31, 17)).convert("RGBA")
    image.putalpha(images.Image.linear_gradient("L").resize((31, 17)))
    data = images.save(image, "png")
    for found, expected in (
        (box.decode(data), decode(data)),
        (box.decode_small(data, 9), decode_small(data, 9)),
    ):
        np.testing.assert_array_equal(found.pixels, expected.pixels)
        np.testing.assert_array_equal(found.alpha, expected.alpha)
    data = images.save(image.convert("CMYK"), "jpeg")
    np.testing.assert_array_equal(box.decode(data).pixels, decode(data).pixels)


def test_refusals_are_those_of_decoding_here(box: Sandbox) -> None:
    for data in (b"", b"words", images.photo()[:9000], images.bomb("png")):
        with pytest.raises(InvalidError) as here:
            decode(data, name="holiday.jpg")
        with pytest.raises(InvalidError) as there:
            box.decode(data, name="holiday.jpg")
        assert str(there.value) == str(here.value)
    with pytest.raises(InvalidError, match="1 or more"):
        box.decode_small(images.photo(), 0)


def test_many_threads_share_two_workers(box: Sandbox) -> None:
    files = [images.save(images.scene(40 + n, 30), "png") for n in range(8)]
    expected = [decode(data).digest() for data in files]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            found = pool.map(lambda data: box.decode(data).digest(), files)
            assert list(found) == expected
    assert len(workers()) <= 2


def test_a_picture_stays_when_others_follow_and_can_be_written_to(box: Sandbox) -> None:
    first = box.decode(images.photo())
    digest = first.digest()
    for _ in range(4):
        box.decode(images.flower())
    assert first.digest() == digest
    first.pixels[0, 0] = 7
    assert box.decode(images.photo()).digest() == digest


def shared(box: Sandbox) -> bytes:
    """The memory that an idle worker of the sandbox has its pixels in."""
    worker = box._places.get()
    assert worker is not None
    box._places.put(worker)
    return bytes(worker.pixels._mapped[: 4 << 20])


def test_nothing_of_a_picture_stays_in_the_shared_memory() -> None:
    data = images.save(np.full((600, 601, 3), 255, np.uint8), "png")
    alpha = images.save(np.full((600, 601, 4), 255, np.uint8), "png")
    with Sandbox() as box:
        for attempt in (
            lambda: box.decode(data),
            lambda: box.decode(alpha),
            lambda: box.decode_small(data, 50),
        ):
            attempt()
            assert shared(box).strip(b"\0") == b""


def test_nothing_of_a_picture_that_failed_half_way_stays_there() -> None:
    data = images.photo()
    with Sandbox() as box:
        with pytest.raises(InvalidError):
            box.decode(data[: len(data) * 9 // 10])
        assert shared(box).strip(b"\0") == b""


def test_the_memory_of_a_large_picture_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_KEPT_BYTES", 1000)
    with Sandbox() as box:
        for data in (images.photo(), images.flower()):
            assert box.decode(data).digest() == decode(data).digest()
            assert shared(box).strip(b"\0") == b""


def test_a_worker_that_dies_gives_a_sentence_and_the_next_photo_a_fresh_one() -> None:
    before = set(workers())
    with Sandbox() as box:
        box.decode(images.photo())
        (pid,) = set(workers()) - before
        os.kill(pid, signal.SIGSTOP)
        killer = threading.Timer(0.2, os.kill, (pid, signal.SIGKILL))
        killer.start()
        with pytest.raises(InvalidError, match=r"holiday\.jpg broke the decoder"):
            box.decode(images.photo(), name="holiday.jpg")
        killer.join()
        assert box.decode(images.photo()).digest() == decode(images.photo()).digest()


def test_a_worker_that_was_ended_while_idle_is_replaced_unseen() -> None:
    before = set(workers())
    with Sandbox() as box:
        box.decode(images.photo())
        (pid,) = set(workers()) - before
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
        assert box.decode(images.photo()).width == 640


def test_a_stuck_worker_is_ended_in_time() -> None:
    before = set(workers())
    with Sandbox(seconds=1) as box:
        box.decode(images.photo())
        (pid,) = set(workers()) - before
        os.kill(pid, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(InvalidError, match=r"x\.png takes more than 1 seconds to decode"):
            box.decode(images.photo(), name="x.png")
        assert time.monotonic() - started < 3
        assert pid not in workers()
        assert box.decode(images.photo()).width == 640


def test_an_answer_beyond_the_limits_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox() as box:
        box.decode(images.photo())
        monkeypatch.setenv("IEA_MAX_PIXELS", "1000")
        with pytest.raises(InvalidError, match="broke the decoder"):
            box.decode(images.photo())


def test_a_worker_has_limits_and_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IEA_PASSWORD", "secret")
    before = set(workers())
    with Sandbox() as own:
        own.decode(images.photo())
        (pid,) = set(workers()) - before
        limits = Path(f"/proc/{pid}/limits").read_text()
        rows = {line[:26].strip(): line[26:].split() for line in limits.splitlines()}
        assert rows["Max file size"][:2] == ["0", "0"]
        assert rows["Max core file size"][:2] == ["0", "0"]
        assert int(rows["Max open files"][1]) < 20
        assert int(rows["Max address space"][0]) < 8 << 30
        assert int(rows["Max cpu time"][0]) < 10_000
        assert b"secret" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_worker_that_cannot_start_is_not_the_photos_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox.sys, "executable", "/bin/false")
    with Sandbox() as box, pytest.raises(RuntimeError, match="cannot start"):
        box.decode(images.photo())


def test_closing_leaves_no_process() -> None:
    before = set(workers())
    with Sandbox(2) as box, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: box.decode(images.photo()), range(6)))
        assert set(workers()) - before
    assert set(workers()) <= before


def test_it_starts_beside_threads_that_hold_locks() -> None:
    """A fork would copy the lock and nobody to release it; the worker is a fresh process."""
    lock = threading.Lock()
    done = threading.Event()

    def hold() -> None:
        with lock:
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        with Sandbox() as box:
            assert box.decode(images.photo()).width == 640
    finally:
        done.set()
        holder.join()
