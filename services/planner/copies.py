"""Small copies of photos, kept so that the turns of a session decode their photo once."""

from functools import lru_cache

import numpy as np

from iea.blobs import Store
from iea.image import decode_small, to_8bit
from services.planner.view import SIZE, Pixels

KEPT = 128
"""Copies in memory, at most 200 kB each."""


class Copies:
    """Copies of `SIZE` pixels by the photo's digest; may be asked from several threads at once."""

    def __init__(self, blobs: Store) -> None:
        self._blobs = blobs
        self.get = lru_cache(maxsize=KEPT)(self._get)

    def _get(self, digest: str) -> Pixels:
        """Return a copy; errors as `Blobs.get` and `iea.image.decode_small`."""
        return np.ascontiguousarray(to_8bit(decode_small(self._blobs.get(digest), SIZE).pixels))
