"""A gRPC server as all services run it: health, reflection, limits, and a stop that loses nothing.

A server answers `rpc_workers` calls at once and turns further ones away with RESOURCE_EXHAUSTED:
a caller who hears that at once can go elsewhere, one in a hidden queue cannot. Health checks and
reflection are not counted: a busy server is a healthy one.
"""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from iea.errors import InvalidError
from iea.rpc import logs, metrics
from iea.rpc.channel import MAX_MESSAGE_BYTES
from iea.rpc.interceptors import Around, wrap
from iea.settings import Settings

Service = tuple[Callable[[Any, grpc.Server], None], Any, str]
"""The generated `add_X_to_server`, the servicer, and the service's full name.

A servicer may have a method `close`, which is called when the server has stopped.
"""

_OPTIONS = (
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    # Two processes on one port would each get half of the calls: the second must fail instead.
    ("grpc.so_reuseport", 0),
)


_SPARE = 4
"""Threads that answer health checks, and say no, while all others are at work."""


class _Doorkeeper(grpc.ServerInterceptor):
    """Turns away the calls of services beyond `limit` at once, on a thread that is spare."""

    def __init__(self, limit: int) -> None:
        self._places = threading.Semaphore(limit)

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Any],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Wrap a method's handler; called by gRPC for every call."""
        handler = continuation(handler_call_details)
        method: str = handler_call_details.method
        if handler is None or method.startswith("/grpc."):
            return handler
        _, service, name = method.split("/")

        @contextmanager
        def place(servicer_context: grpc.ServicerContext) -> Iterator[None]:
            if not self._places.acquire(blocking=False):
                code = grpc.StatusCode.RESOURCE_EXHAUSTED
                metrics.RPCS.labels(service, name, code.name).inc()
                servicer_context.abort(code, "too many calls are being answered")
            try:
                yield
            finally:
                self._places.release()

        return wrap(handler, place)


class Server:
    """Services on one address, HOST:PORT (port 0: any free one) or unix:PATH.

    `address` is where it listens. Raises `InvalidError` where the address cannot be had. Use it as
    a context: it answers inside, and stops at the end.
    """

    def __init__(
        self, name: str, services: Sequence[Service], address: str, settings: Settings
    ) -> None:
        self.name = name
        self._settings = settings
        self._servicers = [servicer for _, servicer, _ in services]
        self._pool = futures.ThreadPoolExecutor(settings.rpc_workers + _SPARE, f"rpc-{name}")
        self._server = grpc.server(
            self._pool,
            # Not `maximum_concurrent_rpcs`, which would turn health checks away too.
            interceptors=[_Doorkeeper(settings.rpc_workers), Around(settings.deadline_s)],
            options=_OPTIONS,
        )
        self._health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        for add, servicer, _ in services:
            add(servicer, self._server)
        self._names = [full_name for _, _, full_name in services]
        known = (*self._names, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(known, self._server)
        self.address = self._listen(address)

    def start(self) -> None:
        """Begin to answer; health says SERVING from now on."""
        self._server.start()
        for name in ("", *self._names):
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        logs.line("started", server=self.name, address=self.address)

    def stop(self) -> None:
        """Say NOT_SERVING, take no new calls, and give those in progress `grace_s` to end."""
        self._health.enter_graceful_shutdown()
        self._server.stop(self._settings.grace_s).wait()
        self._pool.shutdown()
        for servicer in self._servicers:
            if hasattr(servicer, "close"):
                servicer.close()
        logs.line("stopped", server=self.name)

    def __enter__(self) -> Self:
        """Begin to answer."""
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop, letting calls in progress end."""
        self.stop()

    def _listen(self, address: str) -> str:
        try:
            port = self._server.add_insecure_port(address)
        except RuntimeError:
            raise InvalidError(
                f"{self.name} cannot listen on {address}: it is taken or not of this machine, "
                "choose another."
            ) from None
        host, _, _ = address.rpartition(":")
        return address if address.startswith("unix:") else f"{host}:{port}"


def stop_signal() -> threading.Event:
    """Return an event that SIGTERM or SIGINT sets from now on; for the main thread only."""
    over = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    return over
