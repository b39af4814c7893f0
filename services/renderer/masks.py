"""Masks as pictures: what a step with this mask works on, for a person to see."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyvips

from iea.errors import InvalidError, Violation
from iea.image import Picture
from iea.masks import Mask, coefficients
from iea.rpc import context, metrics
from iea.tools._pixel import LUMA
from services.renderer.work import Renderer

SIDES = (16, 512)
"""Pixels of the longer side; the engine finds masks on a copy of the same 512."""


class Drawn(NamedTuple):
    """A drawn mask: its PNG among the blobs, its size in pixels, and its mean, 0..1."""

    blob_sha256: str
    width: int
    height: int
    share: float


def draw_mask(renderer: Renderer, photo_sha256: str, mask: Mask, max_side: int) -> Drawn:
    """Draw a mask of a photo as 8-bit grey, 255 where a step acts in full; 0 means 512 pixels.

    Raises `InvalidError`, `NotFoundError`, `BusyError`, `DeadlineError` and those of the blobs.
    """
    low, high = SIDES
    side = max_side or high
    if not low <= side <= high:
        what = f"is {max_side}: give {low} to {high}, or 0 for {high}"
        raise InvalidError(f"The longer side {what}.", [Violation("max_side", what)])
    with renderer.slots.take():
        picture = renderer.photos.small(photo_sha256, side, side)
        context.check()
        cover = _cover(mask, picture)
    grey = np.floor(cover * 255 + 0.5).astype(np.uint8)
    image = pyvips.Image.new_from_memory(grey, picture.width, picture.height, 1, "uchar")
    data = bytes(image.pngsave_buffer(compression=3))
    metrics.RENDER_BYTES.labels("out").inc(len(data))
    return Drawn(renderer.blobs.put(data), picture.width, picture.height, float(cover.mean()))


def _cover(mask: Mask, picture: Picture) -> npt.NDArray[np.float32]:
    """Return the mask as the engine applies it, 0..1, (rows, columns)."""
    planes = np.ascontiguousarray(picture.pixels.transpose(2, 0, 1), np.float32) / np.float32(255)
    slope, rest = coefficients(mask, planes, 1, (picture.width, picture.height))
    luma = np.tensordot(np.asarray(LUMA, np.float32), planes, 1)
    cover: npt.NDArray[np.float32] = np.clip(slope * luma + rest, 0, 1)
    return cover
