"""Miniatures of the folders that the importers read, with real photos."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from iea.blobs import Blobs
from tests.images import save
from tests.photos import PHOTOS
from training.importers import to_records
from training.records import Record, Skipped


def photo(name: str = "temple", longest: int = 160) -> Image.Image:
    """Return a real photo, small."""
    return Image.fromarray(PHOTOS[name].pixels(longest))


def brighter(image: Image.Image) -> Image.Image:
    """Return an edit of a picture."""
    return Image.fromarray((255 * (np.asarray(image) / 255) ** 0.7).astype(np.uint8))


def put(path: Path, image: Image.Image | bytes, kind: str = "jpeg", **options: Any) -> Path:
    """Write a picture, or bytes, to a file whose folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(image if isinstance(image, bytes) else save(image, kind, **options))
    return path


def cut_short(image: Image.Image) -> bytes:
    """Return a JPEG of which the lower half is missing."""
    data = save(image)
    return data[: len(data) // 2]


def put_json(path: Path, value: Any) -> None:
    """Write a JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), "utf-8")


def kept(pairs: Any, tmp_path: Path) -> tuple[list[Record], Skipped]:
    """Return the records of pairs and what `to_records` left out of them."""
    skipped = Skipped()
    return list(to_records(pairs, Blobs(tmp_path / "blobs"), skipped)), skipped
