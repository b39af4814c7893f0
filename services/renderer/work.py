"""Renders: from digests to digests."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from iea.blobs import Store
from iea.errors import InvalidError, Violation
from iea.formats import check_suffix
from iea.image import Picture, encode, to_8bit
from iea.program import Program
from iea.render import Cancelled, ablate, render
from iea.rpc import context, metrics
from iea.rpc.slots import Slots
from services.renderer.photos import Photos
from services.renderer.renders import Key, Rendered, Renders

QUALITY = 90

ABLATION_BYTES = 1 << 30
"""Of the pictures that are made at once; where that is not enough they are made one by one."""

_DIGEST_PIXELS = 1 << 21
"""Pixels digested between two looks at whether anybody still waits: a few milliseconds."""


class Output(NamedTuple):
    """The wanted file: its suffix, "" for none, its quality, 1..100, and whether it tells where."""

    suffix: str = ""
    quality: int = QUALITY
    gps: bool = True

    @classmethod
    def checked(cls, suffix: str, quality: int, *, gps: bool = True) -> "Output":
        """Take what a caller wrote, 0 being 90; `InvalidError` for what does not exist."""
        if not 0 <= quality <= 100:
            what = f"is {quality}: give 1 to 100, or 0 for {QUALITY}"
            raise InvalidError(f"The quality {what}.", [Violation("quality", what)])
        return cls(check_suffix(suffix) if suffix else "", quality or QUALITY, gps)


@dataclass(frozen=True)
class Renderer:
    """The renderer's means; its methods end with `DeadlineError` when the current call is over."""

    blobs: Store
    photos: Photos
    renders: Renders
    slots: Slots

    def render(self, photo_sha256: str, program: Program, output: Output = Output()) -> Rendered:  # noqa: B008 - a tuple
        """Render a program on a photo, and keep the encoded picture among the blobs.

        Raises `InvalidError`, `NotFoundError`, `BusyError` and those of the blobs.
        """
        key = Key(photo_sha256, program.digest, *output)
        if (known := self.renders.get(key)) is not None:
            return known
        with self.slots.take():
            picture = self.photos.get(photo_sha256)
            with _timed(picture), _stopping():
                finished = render(program, picture, files=self.blobs.get, cancelled=stop_sign())
                rendered = self._finish(finished, output)
        self.renders.put(key, rendered)
        return rendered

    def ablate(self, photo_sha256: str, program: Program, output: Output) -> list[Rendered]:
        """Render a program without each of its steps, in their order; errors as `render`."""
        with self.slots.take():
            picture = self.photos.get(photo_sha256)
            with _timed(picture), _stopping():
                return [self._finish(one, output) for one in self._without(picture, program)]

    def _without(self, picture: Picture, program: Program) -> Iterator[Picture]:
        files, cancelled = self.blobs.get, stop_sign()
        at_once = (len(program.steps) + 1) * picture.pixels.nbytes <= ABLATION_BYTES
        # Steps of geometry move the transparency too, which `ablate` knows nothing of.
        if at_once and picture.alpha is None:
            made = ablate(program, picture.pixels, files=files, cancelled=cancelled)
            yield from map(picture.with_pixels, made.without)
            return
        for step in program.steps:
            yield render(program.without(step.id), picture, files=files, cancelled=cancelled)

    def _finish(self, picture: Picture, output: Output) -> Rendered:
        digest = _digest(picture)
        context.check()
        blob = ""
        if output.suffix:
            data = encode(
                picture,
                output.suffix,
                quality=output.quality,
                gps=output.gps,
                cancelled=stop_sign(),
            )
            context.check()
            blob = self.blobs.put(data)
            metrics.RENDER_BYTES.labels("out").inc(len(data))
        return Rendered(digest, picture.width, picture.height, blob)


def stop_sign() -> Callable[[], bool] | None:
    """Return what tells any thread that the current call is over; None outside of a call."""
    # Asked for here: the engine's threads have no current call.
    call = context.current()
    return call.is_over if call else None


@contextmanager
def _stopping() -> Iterator[None]:
    """Say of work that was stopped why: the call is over."""
    try:
        yield
    except Cancelled:
        context.check()
        raise


@contextmanager
def _timed(picture: Picture) -> Iterator[None]:
    size = metrics.megapixel_class(picture.width, picture.height)
    with metrics.RENDER_SECONDS.labels(size).time():
        yield


def _digest(picture: Picture) -> str:
    """Return `picture.digest()`, with a look at the clock between parts."""
    digest, rows = hashlib.sha256(), max(1, _DIGEST_PIXELS // picture.width)
    for top in range(0, picture.height, rows):
        context.check()
        digest.update(to_8bit(picture.pixels[top : top + rows]).data)
    return digest.hexdigest()
