from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from iea.rpc.channel import Remote
from iea.rpc.server import Server
from iea.settings import Settings
from iea.v1.edit_service_pb2_grpc import EditServiceStub, add_EditServiceServicer_to_server
from tests.rpc.echo import Echo

Start = Callable[..., tuple[Server, Remote]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A function that starts an Echo on an address, with settings, and connects to it."""
    with ExitStack() as stack:

        def start(
            servicer: Echo, address: str = "127.0.0.1:0", **settings: Any
        ) -> tuple[Server, Remote]:
            # A short grace, so that a test that fails does not hang.
            options = {"grace_s": 1.0, **settings}
            services = [(add_EditServiceServicer_to_server, servicer, "iea.v1.EditService")]
            server = Server("echo", services, address, Settings(data_dir=tmp_path, **options))
            stack.enter_context(server)
            remote = stack.enter_context(Remote(server.address, EditServiceStub))
            return server, remote

        yield start
