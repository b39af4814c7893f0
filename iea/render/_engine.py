"""Programs carried out over blocks: exact, the same in one thread or many, whole or in part."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from iea.program import Program
from iea.render._drive import drive
from iea.render._passes import Files, Photo, Samples, batch, no_files, passes_of

if TYPE_CHECKING:
    from iea.image import Picture

VERSION = "1"

ROW_BLOCK = 1 << 13
"""Pixels of a block of whole rows: five float planes of it lie well inside a core's cache."""
TILE = 192
"""Rows and columns of a tile where neighbours are needed: square, so that little halo is wasted."""
CHUNK = 1 << 20
"""Pixels that a thread takes at a time: a few milliseconds, after which a cancel is seen."""


class Window(NamedTuple):
    """A part of a picture, in pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int


class Cancelled(Exception):  # noqa: N818 - no error: somebody wanted it
    """The caller's `cancelled` said yes."""


def render(
    program: Program,
    picture: "Picture",
    *,
    files: Files = no_files,
    threads: int = 0,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> "Picture":
    """Render a program on a photo; metadata, profile and transparency are kept.

    `files` gives the bytes of files that steps name. `threads` is 0 for one per core.
    `progress` is told the share done, 0..1; `cancelled` is asked
    every few milliseconds, and a yes raises `Cancelled`.
    """
    pixels = render_pixels(
        program,
        picture.pixels,
        files=files,
        threads=threads,
        progress=progress,
        cancelled=cancelled,
    )
    return picture.with_pixels(pixels)


def render_pixels(
    program: Program,
    pixels: Samples,
    *,
    window: Window | None = None,
    files: Files = no_files,
    threads: int = 0,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Samples:
    """Render a program on (height, width, 3) RGB samples of 8 or 16 bit.

    With a window only that part is computed and returned: the same samples that the whole would
    have there.
    """
    height, width = pixels.shape[:2]
    window = window or Window(0, 0, width, height)
    source = np.ascontiguousarray(pixels)
    shape = (window.bottom - window.top, window.right - window.left, 3)
    if not program.ordered:
        return source[window.top : window.bottom, window.left : window.right].copy()
    target: Samples = np.empty(shape, pixels.dtype)
    ready = batch(passes_of(program.ordered, Photo(source, files)))
    chunks = list(_chunks(window, ready.halo))

    def work(chunk: npt.NDArray[np.int64]) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        drive(source, target, window.left, window.top, *ready, chunk)

    for done, _ in enumerate(_each(work, chunks, threads or _cores()), start=1):
        if progress is not None:
            progress(done / len(chunks))
    return target


def _cores() -> int:
    return len(os.sched_getaffinity(0))


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="render")


def _each(
    work: Callable[[npt.NDArray[np.int64]], None],
    chunks: list[npt.NDArray[np.int64]],
    threads: int,
) -> Iterable[None]:
    """Do the work on every chunk; small pictures stay in the caller's thread."""
    if threads == 1 or len(chunks) == 1:
        return map(work, chunks)
    return _pool(threads).map(work, chunks)


def _chunks(window: Window, halo: int) -> Iterator[npt.NDArray[np.int64]]:
    """Cut a window into tiles (top, bottom, left, right), some at a time."""
    width = window.right - window.left
    rows = TILE if halo else max(1, ROW_BLOCK // width)
    columns = TILE if halo else width
    tiles = [
        (y, min(y + rows, window.bottom), x, min(x + columns, window.right))
        for y in range(window.top, window.bottom, rows)
        for x in range(window.left, window.right, columns)
    ]
    many = max(1, CHUNK // (rows * columns))
    for i in range(0, len(tiles), many):
        yield np.array(tiles[i : i + many], np.int64)
