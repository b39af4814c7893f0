"""All five services in one process: the embedded default.

They talk over the loopback exactly as they do across a cluster: what works here works there.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from iea.rpc import logs, main, metrics
from iea.rpc.server import Server, Service, stop_signal
from iea.settings import Settings
from services.gateway.service import build as build_gateway
from services.planner.service import build as build_planner
from services.quality.service import build as build_quality
from services.renderer.service import build as build_renderer
from services.traces.service import build as build_traces

Build = Callable[[Settings], Sequence[Service]]

_BEHIND: dict[str, Build] = {
    "planner": build_planner,
    "renderer": build_renderer,
    "traces": build_traces,
    "quality": build_quality,
}
_ALL = {**_BEHIND, "gateway": build_gateway}


@contextmanager
def run(settings: Settings, port: int = 0) -> Iterator[str]:
    """Run all services while the context lasts; yields the gateway's address.

    `port` is the gateway's, 0 for any free one; the others are on free ports of the loopback,
    whatever addresses the settings name. Raises `InvalidError` where the port is taken.
    """
    with ExitStack() as stack:
        stack.enter_context(metrics.serving(settings.host, settings.metrics_port))
        for name, build in _BEHIND.items():
            server = Server(name, build(settings), "127.0.0.1:0", settings)
            stack.enter_context(server)
            address: Any = {f"{name}_address": server.address}
            settings = replace(settings, **address)
        gateway = Server("gateway", build_gateway(settings), f"{settings.host}:{port}", settings)
        yield stack.enter_context(gateway).address


def serve(name: str, port: int) -> None:
    """Run one service, or "all" of them, until SIGTERM or SIGINT; logs to standard error.

    Settings come from the environment. Raises `InvalidError` for a setting or a taken port.
    """
    if name != "all":
        main.serve(name, _ALL[name], port)
        return
    over = stop_signal()
    logs.configure()
    with run(Settings.from_environment(), port):
        over.wait()
