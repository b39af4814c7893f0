"""What every service measures about its calls, and where Prometheus reads it."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from iea.errors import InvalidError

RPCS = Counter("iea_rpc", "Calls answered.", ["service", "method", "code"])
SECONDS = Histogram(
    "iea_rpc_seconds",
    "Time from the call's arrival at its handler to its last message, in seconds.",
    ["service", "method"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
WORKING = Gauge("iea_slots_working", "Heavy pieces of work going on.", ["work"])
WAITING = Gauge("iea_slots_waiting", "Heavy pieces of work that wait for a turn.", ["work"])
PHOTO_CACHE = Counter("iea_photo_cache", "Decoded photos asked for.", ["result"])


@contextmanager
def serving(host: str, port: int) -> Iterator[int]:
    """Serve /metrics over HTTP while the context lasts; yields the port, 0 if it is off (port 0).

    Raises `InvalidError` where the port is taken.
    """
    if port == 0:
        yield 0
        return
    try:
        server, thread = start_http_server(port, addr=host)
    except OSError as error:
        raise InvalidError(
            f"Metrics cannot be served on {host}:{port} ({error.strerror}): set IEA_METRICS_PORT."
        ) from None
    try:
        yield port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
