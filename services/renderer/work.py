"""One render: from digests to digests."""

from typing import NamedTuple

from iea.blobs import Store
from iea.formats import check_suffix
from iea.image import encode
from iea.program import Program
from iea.render import Cancelled, render
from iea.rpc import context
from iea.rpc.slots import Slots
from services.renderer.photos import Photos

QUALITY = 90


class Rendered(NamedTuple):
    """What came out. `blob_sha256` is "" where nothing was encoded."""

    pixels_sha256: str
    width: int
    height: int
    blob_sha256: str


def render_photo(
    photos: Photos,
    blobs: Store,
    slots: Slots,
    photo_sha256: str,
    program: Program,
    *,
    suffix: str = "",
    quality: int = 0,
) -> Rendered:
    """Render a program on a photo, and with a suffix keep the encoded picture among the blobs.

    `quality` is 1..100, 0 means 90. Stops when the current call is over. Raises `InvalidError`,
    `NotFoundError`, `ExhaustedError` and `DeadlineError`.
    """
    if suffix:
        suffix = check_suffix(suffix)
    # Asked for here: the engine's threads have no current call.
    call = context.current()
    with slots.take():
        try:
            picture = render(
                program, photos.get(photo_sha256), cancelled=call.is_over if call else None
            )
        except Cancelled:
            context.check()
            raise
        digest = picture.digest()
        context.check()
        blob = blobs.put(encode(picture, suffix, quality=quality or QUALITY)) if suffix else ""
    return Rendered(digest, picture.width, picture.height, blob)
