"""Decoded photos, the latest used kept: turns of one session come on the same photo."""

import threading
from collections import OrderedDict

from iea.blobs import Store
from iea.image import Picture, decode
from iea.rpc import metrics


class Photos:
    """Photos by digest; at most `max_bytes` of their pixels stay decoded."""

    def __init__(self, blobs: Store, max_bytes: int) -> None:
        self._blobs = blobs
        self._max_bytes = max_bytes
        self._kept: OrderedDict[str, Picture] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, sha256: str) -> Picture:
        """Return a decoded photo; its pixels must not be changed.

        Raises `NotFoundError` where there is none, `InvalidError` where it is not readable.
        """
        with self._lock:
            if (picture := self._kept.get(sha256)) is not None:
                self._kept.move_to_end(sha256)
        metrics.PHOTO_CACHE.labels("hit" if picture else "miss").inc()
        if picture is None:
            # Outside of the lock: others must not wait. Two may decode the same photo; that is rare
            # and does no harm.
            picture = decode(self._blobs.get(sha256), name=f"photo {sha256[:12]}")
            self._keep(sha256, picture)
        return picture

    def _keep(self, sha256: str, picture: Picture) -> None:
        with self._lock:
            if sha256 in self._kept or picture.pixels.nbytes > self._max_bytes:
                return
            self._kept[sha256] = picture
            self._bytes += picture.pixels.nbytes
            while self._bytes > self._max_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= dropped.pixels.nbytes
