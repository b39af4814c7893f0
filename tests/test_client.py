"""The client: it needs little, and it does not give up at once."""

import subprocess
import sys
from pathlib import Path

import grpc
import pytest

from iea import client as clients
from iea.client import Client
from iea.errors import InvalidError, UnavailableError
from iea.rpc.server import Server
from iea.settings import Settings
from iea.v1 import edit_service_pb2 as pb
from iea.v1 import edit_service_pb2_grpc as pb_grpc

LOCAL_ONLY = [
    "grpc_health",
    "grpc_reflection",
    "numba",
    "numpy",
    "prometheus_client",
    "pyvips",
    "rfc8785",
]


def test_the_base_install_is_enough() -> None:
    refuse = f"import sys; sys.modules.update(dict.fromkeys({LOCAL_ONLY}))"
    code = f"{refuse}; from iea.client import Client; Client('127.0.0.1:1').close()"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_a_server_that_is_not_there_is_named() -> None:
    with Client("127.0.0.1:1") as client:
        with pytest.raises(UnavailableError, match=r"cannot reach 127\.0\.0\.1:1"):
            client.edit("s", "warmer")
        with pytest.raises(UnavailableError, match=r"cannot reach 127\.0\.0\.1:1"):
            client.upload(b"photo")


class Flaky(pb_grpc.EditServiceServicer):
    """Is away for the first calls."""

    def __init__(self, away: int) -> None:
        self.away = away
        self.request_ids: list[str] = []

    def Edit(  # noqa: N802
        self, request: pb.EditRequest, context: grpc.ServicerContext
    ) -> pb.EditResponse:
        self.request_ids.append(request.request_id)
        if request.words == "wrong":
            raise InvalidError("That is wrong: say it again.")
        if len(self.request_ids) <= self.away:
            raise UnavailableError("cannot reach the planner: is it running?")
        return pb.EditResponse()


def _serve(flaky: Flaky, tmp_path: Path) -> Server:
    services = [(pb_grpc.add_EditServiceServicer_to_server, flaky, "iea.v1.EditService")]
    return Server("flaky", services, "127.0.0.1:0", Settings(data_dir=tmp_path))


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "RETRIES_S", (0.01, 0.01))


def test_an_edit_is_repeated_under_one_request_id(tmp_path: Path) -> None:
    flaky = Flaky(away=2)
    with _serve(flaky, tmp_path) as server, Client(server.address) as client:
        assert client.edit("s", "warmer") == {}
        assert client.edit("s", "warmer") == {}
    first, *again, other = flaky.request_ids
    assert first
    assert again == [first, first]
    assert other != first


def test_it_gives_up_in_the_end_and_repeats_nothing_that_is_wrong(tmp_path: Path) -> None:
    flaky = Flaky(away=100)
    with _serve(flaky, tmp_path) as server, Client(server.address) as client:
        with pytest.raises(UnavailableError, match="the planner"):
            client.edit("s", "warmer")
        assert len(flaky.request_ids) == 3
        with pytest.raises(InvalidError):
            client.edit("s", "wrong")
        assert len(flaky.request_ids) == 4
