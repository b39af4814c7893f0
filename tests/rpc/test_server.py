"""The chassis over TCP: health, reflection, limits, the log, metrics, and the stop."""

import json
import logging
import socket
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from iea.errors import ExhaustedError, IeaError, InvalidError
from iea.rpc import logs, metrics
from iea.rpc.channel import Remote
from iea.v1 import edit_service_pb2 as pb
from iea.v1.edit_service_pb2_grpc import EditServiceStub
from tests.rpc.conftest import Start
from tests.rpc.echo import Echo


def _health(address: str, service: str) -> str:
    with grpc.insecure_channel(address) as channel:
        request = health_pb2.HealthCheckRequest(service=service)
        answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=5)
        return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


def test_health_answers_for_the_server_and_for_each_service(start: Start) -> None:
    server, _ = start(Echo())
    assert _health(server.address, "") == "SERVING"
    assert _health(server.address, "iea.v1.EditService") == "SERVING"
    with pytest.raises(grpc.RpcError, match="NOT_FOUND"):
        _health(server.address, "iea.v1.Nothing")


def test_reflection_lists_the_services(start: Start) -> None:
    server, _ = start(Echo())
    with grpc.insecure_channel(server.address) as channel:
        listed = ProtoReflectionDescriptorDatabase(channel).get_services()
    assert {"iea.v1.EditService", "grpc.health.v1.Health"} <= set(listed)


def test_a_server_listens_on_a_unix_socket(start: Start, tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/s"
    if len(address) > 100:
        pytest.skip("the path is too long for a socket")
    server, remote = start(Echo(), address)
    assert server.address == address
    assert remote.call("Edit", pb.EditRequest()).head


def test_a_taken_port_is_told(start: Start) -> None:
    server, _ = start(Echo())
    with pytest.raises(InvalidError, match=server.address):
        start(Echo(), server.address)


def test_calls_over_the_limit_are_turned_away_at_once(start: Start) -> None:
    echo = Echo()
    server, remote = start(echo, rpc_workers=2)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(remote.call, "Edit", pb.EditRequest(words="wait")) for _ in range(2)]
        for _ in waiting:
            assert echo.entered.acquire(timeout=5)
        with pytest.raises(ExhaustedError, match=f"{server.address} turned the call away"):
            remote.call("Edit", pb.EditRequest())
        echo.release.set()
        assert all(future.result().head for future in waiting)


def test_a_message_over_4_mib_is_refused(start: Start) -> None:
    _, remote = start(Echo())
    with pytest.raises(ExhaustedError, match="larger than max"):
        remote.call("Edit", pb.EditRequest(words="x" * (4 << 20)))


def test_a_stop_drains_what_is_in_progress_and_closes_the_servicer(start: Start) -> None:
    echo = Echo()
    server, remote = start(echo, grace_s=10.0)
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(remote.call, "Edit", pb.EditRequest(words="wait"))
        assert echo.entered.acquire(timeout=5)
        watch = _watch(server.address)
        assert next(watch) == "SERVING"
        stopping = pool.submit(server.stop)
        assert next(watch) == "NOT_SERVING"
        assert not stopping.done()
        watch.close()
        echo.release.set()
        assert waiting.result().head
        stopping.result(5)
    assert echo.closed


def _watch(address: str):  # type: ignore[no-untyped-def]
    with grpc.insecure_channel(address) as channel:
        answers = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        for answer in answers:
            yield health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


def test_every_call_is_one_line_of_json_without_the_users_words(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="iea")
    caplog.handler.setFormatter(logs._JsonFormatter())
    _, remote = start(Echo())
    remote.call("Edit", pb.EditRequest(words="SECRET wish"))
    with pytest.raises(IeaError):
        remote.call("Edit", pb.EditRequest(words="bug"))
    text = _until(lambda: caplog.text, lambda text: text.count('"event": "rpc"') == 2)
    lines = [json.loads(line) for line in text.splitlines()]
    calls = [line for line in lines if line["event"] == "rpc"]
    assert [line["code"] for line in calls] == ["OK", "INTERNAL"]
    for line in calls:
        assert (line["service"], line["method"]) == ("iea.v1.EditService", "Edit")
        assert line["ms"] >= 0
    (failure,) = [line for line in lines if line["event"] == "unexpected error"]
    assert failure["error"] == "KeyError"
    assert failure["request_id"] == calls[1]["request_id"]
    assert any("echo.py" in frame for frame in failure["stack"])
    assert "SECRET" not in text


def test_metrics_count_calls_over_http(start: Start) -> None:
    server, remote = start(Echo())
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with metrics.serving("127.0.0.1", port):
        before = _scrape(port)
        remote.call("Edit", pb.EditRequest())
        remote.call("UploadPhoto", iter(()))
        list(remote.stream("GetSession", pb.GetSessionRequest()))
        with pytest.raises(InvalidError):
            remote.call("Edit", pb.EditRequest(words="invalid"))
        _health(server.address, "")
        wanted = {("Edit", "OK"), ("UploadPhoto", "OK"), ("GetSession", "OK")}
        wanted |= {("Edit", "INVALID_ARGUMENT")}
        for method, code in wanted:
            name = f'iea_rpc_total{{code="{code}",method="{method}",service="iea.v1.EditService"}}'
            after = _until(lambda: _scrape(port), lambda found: name in found)  # noqa: B023
            _until(
                lambda: _scrape(port),
                lambda found: found[name] == before.get(name, 0) + 1,  # noqa: B023
            )
        assert 'iea_rpc_seconds_count{method="Edit",service="iea.v1.EditService"}' in after
        assert not [name for name in after if "grpc.health" in name]
        with (
            pytest.raises(InvalidError, match="IEA_METRICS_PORT"),
            metrics.serving("127.0.0.1", port),
        ):
            pass


def _scrape(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def _until(ask, good):  # type: ignore[no-untyped-def]
    """The server counts a call just after the client has its answer."""
    for _ in range(100):
        if good(found := ask()):
            return found
        time.sleep(0.02)
    raise AssertionError(found)


def test_deadlines_end_calls_and_stop_the_work(start: Start) -> None:
    echo = Echo()
    server, _ = start(echo)
    with Remote(server.address, EditServiceStub, timeout_s=0.2) as hasty:
        started = time.monotonic()
        with pytest.raises(ExhaustedError, match="in time"):
            hasty.call("Edit", pb.EditRequest(words="work"))
        assert time.monotonic() - started < 2
    _until(lambda: echo.ended, lambda ended: ended == ["work"])


def test_a_call_without_a_deadline_gets_the_servers(start: Start) -> None:
    server, _ = start(Echo(), deadline_s=0.3)
    with grpc.insecure_channel(server.address) as channel:
        stub = EditServiceStub(channel)
        assert float(stub.Edit(pb.EditRequest()).head.split()[1]) <= 0.3
        with pytest.raises(grpc.RpcError) as failed:
            stub.Edit(pb.EditRequest(words="work"))
        assert failed.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_caller_who_leaves_is_logged_as_such_and_nothing_else(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server, _ = start(Echo())
    with grpc.insecure_channel(server.address) as channel:
        call = EditServiceStub(channel).Edit.future(pb.EditRequest(words="work"))
        time.sleep(0.1)
        call.cancel()
        calls = _until(
            lambda: [r for r in caplog.records if r.message == "rpc"], lambda found: found
        )
    assert [record.fields["code"] for record in calls] == ["CANCELLED"]
    assert {record.name for record in caplog.records} == {"iea"}


def test_cancelling_stops_the_work_two_services_away(start: Start) -> None:
    last = Echo()
    behind, _ = start(last)
    front, _ = start(Echo(behind.address))
    with grpc.insecure_channel(front.address) as channel:
        request = pb.EditRequest(words="pass on", session="work")
        call = EditServiceStub(channel).Edit.future(request)
        assert last.entered.acquire(timeout=5)
        call.cancel()
        _until(lambda: last.ended, lambda ended: ended == ["work"])


def test_threads_do_not_mix_up_their_calls(start: Start) -> None:
    _, remote = start(Echo())
    barrier = threading.Barrier(8)

    def ask(_: int) -> str:
        barrier.wait()
        return str(remote.call("Edit", pb.EditRequest()).head.split()[0])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 8
