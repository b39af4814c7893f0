"""Under load: a bounded queue, a retry delay, health that answers, and work that stops."""

import itertools
import queue
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from iea.blobs import Blobs
from iea.errors import Cancelled, ExhaustedError
from iea.image import decode, encode
from iea.rpc import convert
from iea.rpc.channel import Remote
from iea.rpc.context import BusyError
from iea.rpc.server import Server
from iea.settings import Settings
from iea.v1 import renderer_service_pb2 as pb
from iea.v1.renderer_service_pb2_grpc import RendererServiceStub
from services.renderer.service import RendererService, build
from services.renderer.work import Renderer
from tests.programs import program
from tests.services.renderer.conftest import large_photo

WORKERS = 3
STOPPED_S = 0.1
MARGIN_S = 0.1
"""For this machine, which others use too; measured alone, work stops within 20 ms."""

Busy = tuple[str, Renderer, str]


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Busy]:
    """A renderer with one slot, one place in the queue and three rpc workers, and a large photo."""
    settings = Settings(
        data_dir=tmp_path, render_workers=1, render_queue=1, rpc_workers=WORKERS, grace_s=1.0
    )
    photo = Blobs(tmp_path / "blobs").put(large_photo())
    services = build(settings)
    servicer = services[0][1]
    assert isinstance(servicer, RendererService)
    servicer._renderer.photos.get(photo)
    with Server("renderer", services, "127.0.0.1:0", settings) as server:
        yield server.address, servicer._renderer, photo


def _request(photo: str, ev: float) -> pb.RenderRequest:
    wanted = program(sharpen=60, grain=50, exposure=ev)
    return pb.RenderRequest(photo_sha256=photo, program=convert.program_to_proto(wanted))


def test_health_answers_while_all_are_busy(busy: Busy) -> None:
    address, _, _ = busy
    check = health_pb2.HealthCheckRequest(service="iea.v1.RendererService")
    silent: queue.SimpleQueue[None] = queue.SimpleQueue()
    with grpc.insecure_channel(address) as channel, Remote(address, RendererServiceStub) as remote:
        opened = [
            RendererServiceStub(channel).Preview(iter(silent.get, None)) for _ in range(WORKERS)
        ]
        with pytest.raises(ExhaustedError, match="turned the call away"):
            _until_refused(remote)
        for _ in range(20):
            answer = health_pb2_grpc.HealthStub(channel).Check(check, timeout=1)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        for _ in opened:
            silent.put(None)
        for call in opened:
            assert call.exception().code() == grpc.StatusCode.INVALID_ARGUMENT
        assert remote.call("ListTools", pb.ListToolsRequest()).tools


def _until_refused(remote: Remote) -> None:
    for _ in range(100):
        remote.call("ListTools", pb.ListToolsRequest())
        time.sleep(0.02)


def test_a_full_queue_sheds_load_at_once_and_serves_the_rest(busy: Busy) -> None:
    address, renderer, photo = busy
    with Remote(address, RendererServiceStub) as remote, ThreadPoolExecutor(3) as pool:
        with renderer.slots.take():
            waits = pool.submit(remote.call, "Render", _request(photo, 1))
            while renderer.slots.retry_s() < 0.6:
                time.sleep(0.005)
            started = time.monotonic()
            with pytest.raises(BusyError, match="rendering") as busy_error:
                remote.call("Render", _request(photo, 2))
            assert 0.1 <= busy_error.value.retry_s <= 60
            assert time.monotonic() - started < 0.5
        assert waits.result(20).width == 6000


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_encoding_stops_when_nobody_waits(suffix: str) -> None:
    picture = decode(large_photo())
    asked = itertools.count()
    start = time.monotonic()
    encode(picture, suffix)
    whole = time.monotonic() - start
    start = time.monotonic()
    with pytest.raises(Cancelled):
        encode(picture, suffix, cancelled=lambda: next(asked) > 3)
    assert time.monotonic() - start < whole / 2 + MARGIN_S


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_work_stops_when_nobody_waits(busy: Busy, end: str) -> None:
    address, renderer, photo = busy
    with grpc.insecure_channel(address) as channel:
        render = RendererServiceStub(channel).Render
        render(_request(photo, 0.5))
        for ev in (1.0, 1.5, 2.0):
            late = 0.1 if end == "expired" else None
            call = render.future(_request(photo, ev), timeout=late)
            time.sleep(0.1)
            if end == "cancelled":
                assert not call.done(), "the render was too fast to be cancelled"
                call.cancel()
            over = time.monotonic()
            with renderer.slots.take():
                assert time.monotonic() - over < STOPPED_S + MARGIN_S
            used = time.process_time()
            time.sleep(0.1)
            assert time.process_time() - used < 0.05, "the threads are still at work"
