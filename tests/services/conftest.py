from collections.abc import Iterator

import pytest

from iea.client import Client
from iea.settings import Settings
from tests.services import stack


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """All services but the gateway, running; the planner is the scripted one."""
    with stack.running(Settings(data_dir=tmp_path_factory.mktemp("data"))) as settings:
        yield settings


@pytest.fixture(scope="session")
def client(settings: Settings) -> Iterator[Client]:
    """A client of a gateway to these services."""
    with stack.gateway(settings) as address, Client(address) as client:
        yield client
