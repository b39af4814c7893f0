"""Pairs of pictures as the importers find them, and the records that they become."""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from PIL import Image, ImageCms

from iea.blobs import Store
from iea.errors import CheckFailedError, InvalidError, NotFoundError
from iea.fit import align
from iea.image import Picture, decode_small, encode, probe
from training.records import Record, Skipped

SIDE = 1024
"""Longest side, in pixels, of the copies that a data set keeps: no planner looks at more."""
_QUALITY = 95
_SHAPE = 0.012
"""By how much, as a share, the sides of two copies of one picture may differ: they were rounded."""
_LOOK = 128
"""Longest side, in pixels, of the copies that tell whether two pictures belong together."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Pair:
    """A photo and what was made of it, as encoded files.

    `after` is None where the reference is what the programs of the records render. The records lack
    the pictures, which `to_records` gives them. `left_out` names what of the source's settings no
    tool has: the programs are without it.
    """

    name: str
    before: bytes
    after: bytes | None
    records: tuple[Record, ...]
    left_out: tuple[str, ...] = ()


def each(
    items: Iterable[Item], make: Callable[[Item], Pair], skipped: Skipped, what: str
) -> Iterator[Pair]:
    """Yield what `make` makes of every item; where it raises, the item is left out and counted.

    `what` names an item, for the reason.
    """
    for item in items:
        try:
            pair = make(item)
        except NotFoundError as error:
            skipped.add("a file is missing", str(error))
        except CheckFailedError as error:
            skipped.add(f"{what} was changed or damaged", str(error))
        except InvalidError as error:
            skipped.add(f"{what} cannot be used", str(error))
        else:
            yield pair


def records(words: Iterable[str], **values: Any) -> tuple[Record, ...]:
    """Return a record for each different request, or one without words where there is none.

    `values` are what the records have in common.
    """
    different: dict[str, str] = {}
    for text in words:
        cleaned = " ".join(text.split())
        different.setdefault(cleaned.casefold(), cleaned)
    different.pop("", None)
    return tuple(Record("edit", "", text, **values) for text in different.values() or ("",))


def to_records(pairs: Iterable[Pair], blobs: Store, skipped: Skipped) -> Iterator[Record]:
    """Yield the records of pairs, one pair at a time, with copies of their pictures in `blobs`.

    Copies are JPEGs in sRGB of at most `SIDE` pixels, without metadata: whose camera it was, and
    where, is nothing to learn. Pictures that cannot be read, and an after that is no edit of its
    before, are left out and counted. A record without words has its photo as its template, so that
    the photo alone says on which side of the split it belongs.
    """
    for pair in pairs:
        try:
            before, after = _copies(pair)
        except InvalidError as error:
            skipped.add("a picture cannot be read", str(error))
            continue
        if after is not None and not _belongs(before, after):
            skipped.add("the after is no edit of the before", pair.name)
            continue
        for name in pair.left_out:
            skipped.add(f"no tool has the setting {name}", pair.name)
        photo = blobs.put(_encoded(before))
        reference = "" if after is None else blobs.put(_encoded(after))
        for record in pair.records:
            template = record.template or ("" if record.words else photo)
            yield replace(record, photo=photo, after=reference, template=template)


def _copies(pair: Pair) -> tuple[Image.Image, Image.Image | None]:
    """Return both pictures, small: of one size if they are of one shape, else of one scale."""
    if pair.after is None:
        return _copy(pair.before, SIDE, pair.name), None
    name = f"the edit of {pair.name}"
    old, new = probe(pair.before, name=pair.name), probe(pair.after, name=name)
    sides = max(old.width, old.height), max(new.width, new.height)
    if abs(old.width * new.height / (old.height * new.width) - 1) <= _SHAPE:
        side = min(SIDE, *sides)
        before = _copy(pair.before, side, pair.name)
        return before, _copy(pair.after, side, name).resize(before.size)
    share = min(SIDE / max(sides), 1)
    small = [max(round(side * share), 1) for side in sides]
    return _copy(pair.before, small[0], pair.name), _copy(pair.after, small[1], name)


def _copy(data: bytes, side: int, name: str) -> Image.Image:
    picture = decode_small(data, side, name=name)
    image = Image.fromarray(picture.pixels)
    if picture.icc is None:
        return image
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.icc))
        converted = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"))
    except (OSError, ImageCms.PyCMSError) as error:
        raise InvalidError(
            f"{name} has a colour profile that cannot be used ({error}): export it as sRGB."
        ) from None
    assert converted is not None
    return converted


def _belongs(before: Image.Image, after: Image.Image) -> bool:
    """Tell whether a picture, or a part of it, can be found again in what was made of it."""
    share = min(_LOOK / max(*before.size, *after.size), 1)
    small = [
        np.asarray(image.resize([max(round(side * share), 1) for side in image.size]))
        for image in (before, after)
    ]
    try:
        align(*small)
    except InvalidError:
        return False
    return True


def _encoded(image: Image.Image) -> bytes:
    picture = Picture(np.asarray(image), None, None, None, None, "jpeg")
    return encode(picture, ".jpg", quality=_QUALITY)
