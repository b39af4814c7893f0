"""The start of a service's process: the same for all of them."""

import argparse
import sys
from collections.abc import Callable, Sequence

from iea.errors import IeaError
from iea.rpc import logs, metrics
from iea.rpc.server import Server, Service, stop_signal
from iea.settings import PORTS, Settings


def main(name: str, build: Callable[[Settings], Sequence[Service]]) -> None:
    """Run one service until SIGTERM or SIGINT; ends the process with the error's exit status."""
    parser = argparse.ArgumentParser(
        prog=f"python -m services.{name}",
        description=f"The {name} service of IEA. Settings come from the environment (IEA_*).",
    )
    parser.add_argument(
        "--port", type=int, default=PORTS[name], help="port to listen on (default: %(default)s)"
    )
    port = parser.parse_args().port
    if not 0 <= port <= 65_535:
        parser.error(f"--port is {port}: give 0 to 65535")
    try:
        serve(name, build, port)
    except IeaError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one line for the person who started it
        sys.exit(error.exit_status)


def serve(name: str, build: Callable[[Settings], Sequence[Service]], port: int) -> None:
    """Run one service, with settings from the environment, until SIGTERM or SIGINT."""
    over = stop_signal()
    settings = Settings.from_environment()
    logs.configure()
    with (
        metrics.serving(settings.host, settings.metrics_port),
        Server(name, build(settings), f"{settings.host}:{port}", settings),
    ):
        over.wait()
