"""The client's side: calls that keep the deadline and raise the errors of `iea.errors`."""

from collections.abc import Callable, Iterator
from typing import Any, Self

import grpc

from iea.rpc import context
from iea.rpc.status import error_from

MAX_MESSAGE_BYTES = 4 << 20
TIMEOUT_S = 120.0
"""Seconds for a call where nobody says otherwise."""

OPTIONS = (
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    # A restarted service is found again in a moment, not after two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2000),
    # Channels of one process would share connections, and a new one the pause of an old one.
    ("grpc.use_local_subchannel_pool", 1),
    # A name that stands for several replicas gets calls to all of them.
    ("grpc.lb_policy_name", "round_robin"),
    # Proxies of the environment are for the web; they would swallow calls to the loopback.
    ("grpc.enable_http_proxy", 0),
)


class Remote:
    """A service at HOST:PORT or unix:PATH; the connection is made at the first call.

    `stub` is the generated class. Within a server's call its request id and its remaining time go
    along, and when it is cancelled, so is the call made here.
    """

    def __init__(
        self, address: str, stub: Callable[[grpc.Channel], Any], timeout_s: float = TIMEOUT_S
    ) -> None:
        self.address = address
        self._timeout_s = timeout_s
        self._channel = grpc.insecure_channel(address, options=OPTIONS)
        self._stub = stub(self._channel)

    def call(self, method: str, request: Any) -> Any:
        """Call a method that answers with one message.

        For a method that takes a stream, `request` is an iterator. Raises the `IeaError` that the
        service raised, `UnavailableError` if it cannot be reached, `DeadlineError` in time.
        """
        try:
            future = getattr(self._stub, method).future(request, **self._options())
            self._tie(future)
            return future.result()
        except grpc.RpcError as failed:
            raise error_from(failed, self.address) from None
        except grpc.FutureCancelledError:
            raise context.DeadlineError("The caller left before the answer came.") from None

    def stream(self, method: str, request: Any) -> Iterator[Any]:
        """Call a method that answers with a stream; errors as `call`, while iterating."""
        try:
            call = getattr(self._stub, method)(request, **self._options())
            self._tie(call)
            yield from call
        except grpc.RpcError as failed:
            raise error_from(failed, self.address) from None

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def __enter__(self) -> Self:
        """Return the service itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the connection."""
        self.close()

    def _options(self) -> dict[str, Any]:
        context.check()
        left = context.remaining()
        return {
            "timeout": self._timeout_s if left is None else min(self._timeout_s, left),
            "metadata": ((context.REQUEST_ID, context.request_id()),),
        }

    def _tie(self, call: "grpc.Future[Any]") -> None:
        """Cancel a call made here when the call that it is for ends."""
        current = context.current()
        if current and not current.on_end(lambda: _cancel(call)):
            call.cancel()


def _cancel(call: "grpc.Future[Any]") -> None:
    call.cancel()
