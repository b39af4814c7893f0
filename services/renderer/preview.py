"""Frames of a small copy of a photo while its program changes; the newest program wins."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextvars import copy_context
from functools import lru_cache
from typing import NamedTuple

from iea.blobs import Store
from iea.errors import InvalidError, Violation
from iea.image import Picture, encode, to_8bit
from iea.program import Program
from iea.render import render
from iea.rpc import context, metrics
from iea.rpc.slots import Slots
from services.renderer.work import stop_sign

WIDTH, HEIGHT = 1920, 1080
MAX_SIDE = 4096
QUALITY = 85

_ARTISTS = 2
"""Frames made at once, each on one core: the next one is rendered while one is encoded."""
_AHEAD = 3
"""Frames made or being made that were not taken yet; a slow caller holds up no more."""
_FILES = 8
"""Files that steps name (look-up tables) kept in memory for the next frame."""
_NAP_S = 0.05


class Change(NamedTuple):
    """A program to show, and the number that its frame is told by."""

    sequence: int
    program: Program


class Drawing(NamedTuple):
    """A program's picture as bytes, and its size in pixels: programs may crop."""

    width: int
    height: int
    data: bytes


class Frame(NamedTuple):
    """A finished frame: the sequence number of the program that it shows, and its drawing."""

    sequence: int
    drawing: Drawing


def box(width: int, height: int) -> tuple[int, int]:
    """Return the box for frames in pixels, 0 being the default; `InvalidError` if too large."""
    faults = [
        Violation(name, f"is {side}: give 1 to {MAX_SIDE:,}, or 0")
        for name, side in (("max_width", width), ("max_height", height))
        if not 0 <= side <= MAX_SIDE
    ]
    if faults:
        raise InvalidError("; ".join(f"{name} {what}" for name, what in faults) + ".", faults)
    return width or WIDTH, height or HEIGHT


class Easel:
    """Makes frames of one proxy. `quality` is 1..100 for JPEG, 0 for raw 8-bit RGB."""

    def __init__(self, proxy: Picture, quality: int, blobs: Store, slots: Slots) -> None:
        self._proxy = proxy
        self._quality = quality
        self._slots = slots
        self._files = lru_cache(_FILES)(blobs.get)

    def draw(self, program: Program) -> Drawing:
        """Return the picture of a program; raises `Cancelled` when the current call is over."""
        with self._slots.take():
            # One thread: as many frames are made at once as there are cores for.
            picture = render(
                program, self._proxy, files=self._files, threads=1, cancelled=stop_sign()
            )
            if self._quality:
                data = encode(picture, ".jpg", quality=self._quality)
            else:
                data = to_8bit(picture.pixels).tobytes()
        return Drawing(picture.width, picture.height, data)


def frames(changes: Iterable[Change], draw: Callable[[Program], Drawing]) -> Iterator[Frame]:
    """Yield a frame for each change that no newer one replaced, in rising order.

    `changes` is read in a thread of its own as fast as it comes; the iterator ends after its last
    change's frame. Raises `InvalidError` for a sequence number that does not rise, whatever
    `changes` and `draw` raise, and `DeadlineError` when the current call is over.
    """
    desk = _Desk()
    threads = [
        threading.Thread(target=copy_context().run, args=(work, *arguments), name=name, daemon=True)
        for name, work, *arguments in (
            ("preview-reader", _read, changes, desk),
            *(("preview-artist", _work, draw, desk) for _ in range(_ARTISTS)),
        )
    ]
    for thread in threads:
        thread.start()
    try:
        while (frame := desk.next_frame()) is not None:
            yield frame
    finally:
        desk.abandon()


class _Desk:
    """Where the newest change waits for an artist, and frames lie in order for the caller."""

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._newest: Change | None = None
        self._frames: deque[Future[Frame]] = deque()
        self._last = 0
        self._closed = False
        self._error: Exception | None = None

    def put(self, change: Change) -> None:
        """Lay down a change; one that no artist has taken yet is thrown away."""
        with self._moved:
            if change.sequence <= self._last:
                what = f"is {change.sequence}: send a number above {self._last}, the latest"
                raise InvalidError(f"The sequence {what}.", [Violation("sequence", what)])
            if self._newest is not None:
                metrics.FRAMES.labels("replaced").inc()
            self._last, self._newest = change.sequence, change
            self._moved.notify_all()

    def close(self, error: Exception | None = None) -> None:
        """Say that no further change comes, and why if that is a fault."""
        with self._moved:
            self._closed, self._error = True, error
            self._moved.notify_all()

    def abandon(self) -> None:
        """Send the artists home: nobody wants the frames."""
        with self._moved:
            self._newest, self._closed = None, True
            self._frames.clear()
            self._moved.notify_all()

    def take(self) -> tuple[Change, "Future[Frame]"] | None:
        """Return the newest change and the place for its frame, or None at the end."""
        with self._moved:
            self._moved.wait_for(
                lambda: (
                    (self._newest and len(self._frames) < _AHEAD)
                    or (self._closed and not self._newest)
                )
            )
            if self._newest is None:
                return None
            change, self._newest = self._newest, None
            place: Future[Frame] = Future()
            self._frames.append(place)
            return change, place

    def lay(self, place: "Future[Frame]", frame: Frame | Exception) -> None:
        """Put a frame, or why there is none, in its place."""
        with self._moved:
            if isinstance(frame, Exception):
                place.set_exception(frame)
            else:
                place.set_result(frame)
            self._moved.notify_all()

    def next_frame(self) -> Frame | None:
        """Wait for the next frame and return it, or None after the last."""
        with self._moved:
            # In short naps: whether the caller left is only seen by looking.
            while not self._moved.wait_for(self._is_next_known, _NAP_S):
                context.check()
            if self._error is not None:
                raise self._error
            if not self._frames:
                return None
            place = self._frames.popleft()
            self._moved.notify_all()
        metrics.FRAMES.labels("shown").inc()
        return place.result()

    def _is_next_known(self) -> bool:
        if self._frames:
            return self._frames[0].done()
        return self._closed and (self._newest is None or self._error is not None)


def _read(changes: Iterable[Change], desk: _Desk) -> None:
    try:
        for change in changes:
            desk.put(change)
    # Whatever it is, also a bug: the call ends with it.
    except Exception as error:
        desk.close(error)
    else:
        desk.close()


def _work(draw: Callable[[Program], Drawing], desk: _Desk) -> None:
    while (taken := desk.take()) is not None:
        change, place = taken
        try:
            frame: Frame | Exception = Frame(change.sequence, draw(change.program))
        except Exception as error:
            frame = error
        desk.lay(place, frame)
