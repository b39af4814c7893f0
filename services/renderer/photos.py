"""Decoded photos, the latest used kept: turns of one session come on the same photo."""

import threading
from collections import OrderedDict
from concurrent.futures import Future, wait

from iea.blobs import Store
from iea.image import Decoder, Picture
from iea.rpc import context, metrics

_NAP_S = 0.05


class Photos:
    """Photos by digest; at most `max_bytes` of their pixels stay decoded."""

    def __init__(self, blobs: Store, max_bytes: int, decoder: Decoder) -> None:
        self._blobs = blobs
        self._max_bytes = max_bytes
        self._decoder = decoder
        self._kept: OrderedDict[str, Picture] = OrderedDict()
        self._bytes = 0
        self._coming: dict[str, Future[Picture]] = {}
        self._lock = threading.Lock()

    def get(self, sha256: str) -> Picture:
        """Return a decoded photo; its pixels must not be changed.

        Calls that ask for the same photo at once wait for one decoding of it. Raises
        `NotFoundError` where there is none, `InvalidError` where it is not readable, and
        `DeadlineError` where the current call ends while another one decodes.
        """
        with self._lock:
            if (kept := self._kept.get(sha256)) is not None:
                self._kept.move_to_end(sha256)
            elif (coming := self._coming.get(sha256)) is None:
                mine = self._coming[sha256] = Future()
        if kept is not None:
            metrics.PHOTO_CACHE.labels("hit").inc()
            return kept
        if coming is not None:
            metrics.PHOTO_CACHE.labels("joined").inc()
            return _joined(coming)
        metrics.PHOTO_CACHE.labels("miss").inc()
        return self._fetch(sha256, mine)

    def small(self, sha256: str, width: int, height: int) -> Picture:
        """Return an 8-bit copy that fits in a box, in pixels, never enlarged; errors as `get`."""
        data, name = self._read(sha256)
        info = self._decoder.probe(data, name=name)
        scale = min(1.0, width / info.width, height / info.height)
        size = max(1, int(max(info.width, info.height) * scale))
        return self._decoder.decode_small(data, size, name=name)

    def _read(self, sha256: str) -> tuple[bytes, str]:
        data = self._blobs.get(sha256)
        metrics.RENDER_BYTES.labels("in").inc(len(data))
        return data, f"photo {sha256[:12]}"

    def _fetch(self, sha256: str, mine: "Future[Picture]") -> Picture:
        try:
            # Outside of the lock: those who want other photos must not wait.
            data, name = self._read(sha256)
            picture = self._decoder.decode(data, name=name)
            with self._lock:
                self._keep(sha256, picture)
            mine.set_result(picture)
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._coming[sha256]
        return picture

    def _keep(self, sha256: str, picture: Picture) -> None:
        if _bytes_of(picture) > self._max_bytes:
            return
        self._kept[sha256] = picture
        self._bytes += _bytes_of(picture)
        while self._bytes > self._max_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= _bytes_of(dropped)


def _joined(coming: "Future[Picture]") -> Picture:
    # In short naps: a caller who left does not wait for the photo.
    while not wait([coming], _NAP_S).done:
        context.check()
    return coming.result()


def _bytes_of(picture: Picture) -> int:
    alpha = 0 if picture.alpha is None else picture.alpha.nbytes
    return picture.pixels.nbytes + alpha
