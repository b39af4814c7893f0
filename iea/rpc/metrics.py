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
TURNED_AWAY = Counter("iea_slots_turned_away", "Heavy work refused as too much waited.", ["work"])

# The renderer's own. A cache's result is "hit", "miss", or "joined": another call fetched it.
PHOTO_CACHE = Counter("iea_photo_cache", "Decoded photos asked for.", ["result"])
RENDER_CACHE = Counter("iea_render_cache", "Finished renders asked for.", ["result"])
RENDER_SECONDS = Histogram(
    "iea_render_seconds",
    "Time of a render from decoded pixels to its digest and file, in seconds.",
    ["megapixels"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
RENDER_BYTES = Counter(
    "iea_render_bytes", "Bytes of files: photos read (in), pictures written (out).", ["direction"]
)
FRAMES = Counter(
    "iea_preview_frames", "Programs of previews: shown, or replaced by a newer one.", ["result"]
)

_CLASSES = (1, 4, 12, 24, 50)


def megapixel_class(width: int, height: int) -> str:
    """Return the label of a picture's size: the least of 1, 4, 12, 24 and 50 that holds it."""
    pixels = width * height
    return next((f"<={limit}" for limit in _CLASSES if pixels <= limit * 1e6), f">{_CLASSES[-1]}")


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
