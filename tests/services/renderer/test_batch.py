"""RenderBatch: results as they come, each on disk first, and the rest after a break."""

import hashlib
import os
import signal
import time
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from google.rpc import status_pb2

from iea.blobs import Blobs
from iea.errors import ExhaustedError, InvalidError, NotFoundError, UnavailableError
from iea.image import decode
from iea.program import Program
from iea.render import render
from iea.rpc import context, convert
from iea.rpc.channel import Remote
from iea.rpc.context import Call, DeadlineError
from iea.rpc.slots import Slots
from iea.v1 import renderer_service_pb2 as pb
from iea.v1.renderer_service_pb2_grpc import RendererServiceStub
from services.renderer import journal as journals
from services.renderer.batch import MAX_ITEMS, Batch, Batches
from services.renderer.journal import Journal
from services.renderer.renders import Rendered
from services.renderer.work import Output, Renderer
from tests import images
from tests.programs import program
from tests.services.processes import free_port, process

DONE = Rendered("a" * 64, 3, 2, "")


def _request(request_id: str, photos: list[str], programs: list[Program], **more: Any) -> Any:
    messages = [convert.program_to_proto(one) for one in programs]
    return pb.RenderBatchRequest(
        request_id=request_id, photo_sha256s=photos, programs=messages, **more
    )


def _batches(own: Renderer, folder: Path, workers: int = 1) -> Batches:
    return Batches(own, folder, Slots("batching", 1, 0), workers)


def _batch(own: Renderer, request_id: str = "r", programs: int = 4) -> Batch:
    photo = own.blobs.put(images.photo())
    wanted = tuple(program(exposure=0.1 * (i + 1)) for i in range(programs))
    return Batch(request_id, (photo,), wanted, Output())


def test_every_program_is_rendered_on_every_photo(renderer: Remote, blobs: Blobs) -> None:
    photos = [blobs.put(images.photo()), blobs.put(images.flower())]
    programs = [program(exposure=0.5), program(fade=20)]
    request = _request("every", photos, programs, suffix=".png")
    results = {r.item: r.rendered for r in renderer.stream("RenderBatch", request)}
    for i, data in enumerate((images.photo(), images.flower())):
        for j, wanted in enumerate(programs):
            digest = render(wanted, decode(data)).digest()
            assert results[2 * i + j].pixels_sha256 == digest
            assert decode(blobs.get(results[2 * i + j].blob_sha256)).digest() == digest
    assert len(results) == 4


def test_an_items_fault_is_its_own(renderer: Remote, blobs: Blobs) -> None:
    photos = [blobs.put(b"no photo"), "0" * 64, blobs.put(images.photo())]
    request = _request("faults", photos, [program(exposure=0.5)])
    results = {r.item: r for r in renderer.stream("RenderBatch", request)}
    found = status_pb2.Status()
    assert results[0].error.Unpack(found)
    assert found.code == 3
    assert "photo" in found.message
    assert results[1].error.Unpack(found)
    assert found.code == 5
    assert results[2].rendered.width == 640


def test_what_is_over_the_limits_is_told(renderer: Remote, blobs: Blobs) -> None:
    photo, one = blobs.put(images.photo()), program(exposure=0.5)
    bad = _request("bad", [photo], [one, one])
    bad.programs[1].steps[0].params["ev"] = 99
    for request, field in (
        (_request("", [photo], [one]), "request_id"),
        (_request("x" * 65, [photo], [one]), "request_id"),
        (_request("none", [], [one]), "photo_sha256s"),
        (_request("many", [photo] * (MAX_ITEMS + 1), [one]), "photo_sha256s"),
        (_request("quality", [photo], [one], quality=101), "quality"),
        (bad, "programs[1].steps[0].params.ev"),
    ):
        with pytest.raises(InvalidError) as failed:
            list(renderer.stream("RenderBatch", request))
        assert [fault.field for fault in failed.value.violations] == [field]


def test_a_batch_may_have_a_thousand_items(own: Renderer, tmp_path: Path) -> None:
    photo = own.blobs.put(images.save(images.scene(8, 8)))
    batch = Batch("r", (photo,) * MAX_ITEMS, (program(exposure=1),), Output())
    assert len(dict(_batches(own, tmp_path).run(batch))) == MAX_ITEMS


def test_a_request_id_is_not_used_for_other_work(renderer: Remote, blobs: Blobs) -> None:
    photo = blobs.put(images.photo())
    list(renderer.stream("RenderBatch", _request("same", [photo], [program(exposure=0.5)])))
    for other in (
        _request("same", [photo], [program(exposure=0.6)]),
        _request("same", [photo, photo], [program(exposure=0.5)]),
        _request("same", [photo], [program(exposure=0.5)], suffix=".png"),
    ):
        with pytest.raises(InvalidError, match="another batch") as failed:
            list(renderer.stream("RenderBatch", other))
        assert [fault.field for fault in failed.value.violations] == ["request_id"]


def test_what_was_sent_is_not_computed_again(
    own: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, batches = _batch(own), _batches(own, tmp_path)
    first = batches.run(batch)
    sent = dict([next(first), next(first)])
    first.close()
    monkeypatch.setattr(own.renders, "get", lambda key: None)
    rendered: list[str] = []
    monkeypatch.setattr(
        "services.renderer.work.render",
        lambda wanted, *rest, **more: (
            rendered.append(wanted.digest) or render(wanted, *rest, **more)
        ),
    )
    again = dict(_batches(own, tmp_path).run(batch))
    assert sent.items() <= again.items()
    assert sorted(again) == [0, 1, 2, 3]
    assert not {batch.item(i)[1].digest for i in sent} & set(rendered)


def test_an_item_whose_file_is_gone_is_computed_again(own: Renderer, tmp_path: Path) -> None:
    photo = own.blobs.put(images.photo())
    batch = Batch("r", (photo,), (program(exposure=1),), Output(".jpg"))
    ((_, rendered),) = _batches(own, tmp_path).run(batch)
    assert isinstance(rendered, Rendered)
    digest = rendered.blob_sha256
    (tmp_path / "blobs" / digest[:2] / digest[2:]).unlink()
    assert list(_batches(own, tmp_path).run(batch)) == [(0, rendered)]
    assert own.blobs.has(digest)


def test_only_final_faults_are_remembered(own: Renderer, tmp_path: Path) -> None:
    text, missing = own.blobs.put(b"no photo"), hashlib.sha256(images.photo()).hexdigest()
    batch = Batch("r", (text, missing), (program(exposure=1),), Output())
    first = dict(_batches(own, tmp_path).run(batch))
    assert isinstance(first[0], InvalidError)
    assert isinstance(first[1], NotFoundError)
    own.blobs.put(images.photo())
    second = dict(_batches(own, tmp_path).run(batch))
    assert str(second[0]) == str(first[0])
    assert isinstance(second[1], Rendered)


def test_a_batch_waits_where_single_renders_are_turned_away(own: Renderer, tmp_path: Path) -> None:
    with own.slots.take():
        run = _batches(own, tmp_path).run(_batch(own, programs=1))
        with pytest.raises(ExhaustedError):
            own.render("0" * 64, Program())
        context.enter(Call("r", time.monotonic() + 0.4))
        try:
            with pytest.raises(DeadlineError):
                next(run)
        finally:
            context.enter(None)
    assert len(list(_batches(own, tmp_path).run(_batch(own, programs=1)))) == 1


def test_too_many_batches_are_turned_away(own: Renderer, tmp_path: Path) -> None:
    batches = _batches(own, tmp_path)
    first = batches.run(_batch(own))
    next(first)
    with pytest.raises(ExhaustedError, match="batching"):
        next(batches.run(_batch(own, "other")))
    first.close()
    assert next(batches.run(_batch(own, "other")))


def test_one_batch_is_carried_out_once_at_a_time(tmp_path: Path) -> None:
    with Journal(tmp_path, "r", "d"):
        context.enter(Call("r", time.monotonic() + 0.2))
        try:
            with pytest.raises(DeadlineError), Journal(tmp_path, "r", "d"):
                pass
        finally:
            context.enter(None)
    with Journal(tmp_path, "r", "d"):
        pass


@pytest.mark.parametrize("torn", [b"{", b'{"item": 1', b'{"item": 1, "rendered": {}}', b"\0\0\n{}"])
def test_a_torn_line_is_cut_off_and_what_was_told_stays(tmp_path: Path, torn: bytes) -> None:
    with Journal(tmp_path, "r", "d") as journal:
        journal.add(0, DONE)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    with Journal(tmp_path, "r", "d") as journal:
        assert journal.results == {0: DONE}
        assert path.read_bytes() == whole
        journal.add(1, DONE)
    with Journal(tmp_path, "r", "d") as journal:
        assert journal.results == {0: DONE, 1: DONE}


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int, data: bytes) -> int:
        real(descriptor, bytes(data)[:5])
        raise OSError(28, "No space left on device")

    with Journal(tmp_path, "r", "d") as journal:
        real = os.write
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", fail)
            with pytest.raises(UnavailableError, match="no space left"):
                journal.add(0, DONE)
        journal.add(1, DONE)
    with Journal(tmp_path, "r", "d") as journal:
        assert journal.results == {1: DONE}


def test_a_line_is_synced_before_anybody_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for name in ("write", "fsync"):
        real = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *given, name=name, real=real: calls.append(name) or real(*given)
        )
    with Journal(tmp_path, "r", "d") as journal:
        assert calls == ["write", "fsync", "fsync"], "the file, then the folder"
        journal.add(0, DONE)
        assert calls[3:] == ["write", "fsync"]


def test_old_journals_are_dropped_but_not_one_in_use(tmp_path: Path) -> None:
    for name in ("old", "new", "used"):
        with Journal(tmp_path, name, "d") as journal:
            journal.add(0, DONE)
    long_ago = time.time() - journals.KEPT_S - 60
    with Journal(tmp_path, "used", "d"):
        for name in ("old", "used"):
            path = tmp_path / f"{hashlib.sha256(name.encode()).hexdigest()}.jsonl"
            os.utime(path, (long_ago, long_ago))
        with Journal(tmp_path, "other", "d"):
            pass
    for name, kept in (("old", False), ("new", True), ("used", True)):
        path = tmp_path / f"{hashlib.sha256(name.encode()).hexdigest()}.jsonl"
        assert path.exists() is kept, name


def test_a_killed_server_goes_on_where_it_was(tmp_path: Path) -> None:
    port, environ = free_port(), {"IEA_DATA_DIR": str(tmp_path)}
    blobs = Blobs(tmp_path / "blobs")
    photos = [blobs.put(images.photo()), blobs.put(images.flower())]
    programs = [program(exposure=0.01 * (i + 1), grain=20) for i in range(40)]
    request = _request("killed", photos, programs, suffix=".png")

    with (
        Remote(f"127.0.0.1:{port}", RendererServiceStub) as remote,
        process("renderer", port, environ) as server,
    ):
        results = remote.stream("RenderBatch", request)
        heard = {result.item: result for result in islice(results, 15)}
        server.send_signal(signal.SIGKILL)
        server.wait()
        with pytest.raises(UnavailableError):
            heard |= {result.item: result for result in results}
    (journal,) = (tmp_path / "batches").iterdir()
    done = len(journal.read_bytes().splitlines()) - 1
    assert len(heard) <= done < 80
    with (
        process("renderer", port, environ),
        Remote(f"127.0.0.1:{port}", RendererServiceStub) as remote,
    ):
        again = list(remote.stream("RenderBatch", request))
    assert sorted(result.item for result in again) == list(range(80))
    assert {result.item: result for result in again}.items() >= heard.items()
    assert set(heard) <= {result.item for result in again[:done]}, "what was done comes first"
    lines = journal.read_bytes().splitlines()
    assert len(lines) == 1 + 80, "nothing was computed twice"
    for result in again:
        assert blobs.has(result.rendered.blob_sha256)
