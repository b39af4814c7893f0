"""What finished renders came to: the same program on the same photo need not be rendered again."""

import threading
from collections import OrderedDict
from typing import NamedTuple

from iea.blobs import Store
from iea.rpc import metrics

ENTRY_BYTES = 1024
"""What an entry is counted as: five digests and names with what Python keeps about them."""


class Rendered(NamedTuple):
    """What came out. `blob_sha256` is "" where nothing was encoded."""

    pixels_sha256: str
    width: int
    height: int
    blob_sha256: str


class Key(NamedTuple):
    """All that decides a render: the photo, the program, and the file, "" for digests alone."""

    photo_sha256: str
    program_digest: str
    suffix: str
    quality: int
    gps: bool


class Renders:
    """Results by key, the latest used kept, in at most `max_bytes` of memory."""

    def __init__(self, blobs: Store, max_bytes: int) -> None:
        self._blobs = blobs
        self._most = max_bytes // ENTRY_BYTES
        self._kept: OrderedDict[Key, Rendered] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Rendered | None:
        """Return a result whose file is still there, or None."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
        if kept is not None and not is_held(kept, self._blobs):
            with self._lock:
                self._kept.pop(key, None)
            kept = None
        metrics.RENDER_CACHE.labels("miss" if kept is None else "hit").inc()
        return kept

    def put(self, key: Key, rendered: Rendered) -> None:
        """Keep a result; the one that was not used for longest makes room."""
        with self._lock:
            self._kept[key] = rendered
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


def is_held(rendered: Rendered, blobs: Store) -> bool:
    """Tell whether the file of a result, if it has one, is still among the blobs."""
    return not rendered.blob_sha256 or blobs.has(rendered.blob_sha256)
