"""Programs carried out over blocks: exact, the same in one thread or many, whole or in part."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from iea.errors import Cancelled
from iea.program import Program
from iea.render._drive import drive, load, store
from iea.render._geometry import View, sample, source_rect, tiles, view_of
from iea.render._passes import (
    Batch,
    Files,
    Pass,
    Photo,
    Samples,
    batch,
    by_codes,
    no_files,
    passes_of,
    run,
    same,
)

if TYPE_CHECKING:
    from iea.image import Picture

VERSION = "1"

ROW_BLOCK = 1 << 14
"""Pixels of a block of whole rows: five float planes of it lie inside a core's cache."""
TILE = 192
"""Rows and columns of a tile where neighbours are needed: square, so that little halo is wasted."""
CHUNK = 1 << 18
"""Pixels that a thread takes at a time: about a millisecond, after which a cancel is seen."""


class Window(NamedTuple):
    """A part of a picture, in pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int


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
    if picture.alpha is None:
        return picture.with_pixels(pixels)
    moves = Program(tuple(s for s in program.steps if s.declared.geometry is not None))
    alpha: Any = np.dstack([picture.alpha] * 3)
    alpha = np.ascontiguousarray(render_pixels(moves, alpha, threads=threads)[..., 0])
    return picture.with_pixels(pixels, alpha)


def render_pixels(
    program: Program,
    pixels: Samples | Photo,
    *,
    window: Window | None = None,
    files: Files = no_files,
    threads: int = 0,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Samples:
    """Render a program on (height, width, 3) RGB samples of 8 or 16 bit.

    With a window only that part is computed and returned: the same samples that the whole would
    have there. A `Photo` in place of samples keeps what was found on it for the next program.
    """
    rendering = Rendering(program, pixels, files=files)
    way = _Way(threads, progress, cancelled)
    return rendering._render(window or Window(0, 0, *rendering.size), way)


class Rendering:
    """A program made ready for (height, width, 3) RGB samples, to be rendered in parts.

    The samples are first looked at by `part`, and only where they are needed: unless `looks`, in
    the part's own rows and `halo` more on either side.
    """

    def __init__(
        self, program: Program, pixels: Samples | Photo, *, files: Files = no_files
    ) -> None:
        photo = pixels if isinstance(pixels, Photo) else None
        self._source: npt.NDArray[Any] = np.ascontiguousarray(photo.pixels if photo else pixels)
        self._photo = photo or Photo(self._source, files)
        steps = program.ordered
        moves = [step for step in steps if step.declared.geometry is not None]
        self._view = view_of(moves, self._photo.size) if moves else None
        stage = "geometry" if moves else ""
        before = list(takewhile(lambda step: step.declared.stage != stage, steps))
        self._before, self._after = before, steps[len(before) + len(moves) :]
        surveys = any(s.mask is not None or s.declared.survey is not None for s in steps)
        self.looks = surveys or self._view is not None
        self.halo = sum(step.declared.halo for step in steps)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the rendered picture."""
        return self._view.size if self._view else self._photo.size

    @cached_property
    def _passes(self) -> list[Pass]:
        return passes_of(self._before, self._photo)

    def part(self, top: int, bottom: int) -> Samples:
        """Render rows `top` to `bottom`, on the caller's thread."""
        return self._render(Window(0, top, self.size[0], bottom), _Way(1, None, None))

    def _render(self, window: Window, way: "_Way") -> Samples:
        if self._view is not None:
            return self._render_view(self._view, window, way)
        if not self._before:
            return self._source[window.top : window.bottom, window.left : window.right].copy()
        passes = self._passes
        return _carry_out(self._source, passes, [(len(passes), ())], window, way)[0]

    def _render_view(self, view: View, window: Window, way: "_Way") -> Samples:
        """Render what each tile of the new picture needs of the photo, and sample it."""
        shape = (window.bottom - window.top, window.right - window.left, 3)
        target: npt.NDArray[Any] = np.empty(shape, self._source.dtype)
        before, after = batch(self._passes), batch(passes_of(self._after, self._photo))

        def work(tile: tuple[int, int, int, int]) -> None:
            left, top, planes = self._block(before, source_rect(view, tile, self._photo.size))
            moved = np.empty((3, tile[1] - tile[0], tile[3] - tile[2]), np.float32)
            sample(planes, left, top, view, tile, moved)
            run(after, moved, frame=(tile[2], tile[0], *view.size))
            place = np.array(tile, np.int64)
            store(moved, place, tile[2], tile[0], window.left, window.top, target)

        way.each(work, list(tiles(view, (window.top, window.bottom, window.left, window.right))))
        return target

    def _block(
        self, ready: Batch, rect: tuple[int, int, int, int]
    ) -> tuple[int, int, npt.NDArray[np.float32]]:
        """Return the passes' result on a part of the photo, and where its planes begin."""
        (width, height), halo = self._photo.size, ready.halo
        left, top = max(rect[0] - halo, 0), max(rect[1] - halo, 0)
        right, bottom = min(rect[2] + halo, width), min(rect[3] + halo, height)
        planes = np.empty((3, bottom - top, right - left), np.float32)
        grey = np.empty((bottom - top if ready.masked else 0, right - left), np.float32)
        load(self._source, left, top, planes, grey)
        run(ready, planes, frame=(left, top, width, height), grey=grey)
        return left, top, planes


class Ablation(NamedTuple):
    """A finished picture, and for each step of its program, in their order, the one without it."""

    finished: Samples
    without: list[Samples]


def ablate(
    program: Program,
    pixels: Samples,
    *,
    files: Files = no_files,
    threads: int = 0,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Ablation:
    """Render a program whole and without each of its steps: what does every step do?

    The same samples as separate renders, but what the programs begin with is done once.
    """
    source: npt.NDArray[Any] = np.ascontiguousarray(pixels)
    photo = Photo(source, files)
    way = _Way(threads, progress, cancelled)
    if any(step.declared.geometry is not None for step in program.steps):
        # Pictures of several shapes have nothing in common.
        programs = (program, *(program.without(step.id) for step in program.steps))
        whole_picture, *others = (
            render_pixels(one, source, files=files, threads=threads, cancelled=cancelled)
            for one in programs
        )
        return Ablation(whole_picture, others)
    whole = passes_of(program.ordered, photo)
    branches = [(len(whole), cast(tuple[Pass, ...], ()))]
    for step in program.steps:
        passes = passes_of(program.without(step.id).ordered, photo)
        shared = sum(
            1 for _ in takewhile(lambda pair: same(*pair), zip(whole, passes, strict=False))
        )
        branches.append((shared, tuple(passes[shared:])))
    window = Window(0, 0, *photo.size)
    finished, *without = _carry_out(source, whole, branches, window, way)
    return Ablation(finished, without)


class _Way(NamedTuple):
    """How the work goes on: on how many threads, and who is told and asked."""

    threads: int
    progress: Callable[[float], None] | None
    cancelled: Callable[[], bool] | None

    def each(self, work: Callable[[Any], None], chunks: Sequence[Any]) -> None:
        """Do the work on every chunk; small pictures stay in the caller's thread."""

        def do(chunk: Any) -> None:
            if self.cancelled is not None and self.cancelled():
                raise Cancelled
            work(chunk)

        threads = self.threads or len(os.sched_getaffinity(0))
        alone = threads == 1 or len(chunks) == 1
        for done, _ in enumerate((map if alone else _pool(threads).map)(do, chunks), start=1):
            if self.progress is not None:
                self.progress(done / len(chunks))


def _carry_out(
    source: Samples,
    passes: Sequence[Pass],
    branches: Sequence[tuple[int, Sequence[Pass]]],
    window: Window,
    way: _Way,
) -> list[Samples]:
    """Return the window of one picture a branch: so many of the passes, then the branch's own."""
    order = sorted(range(len(branches)), key=lambda n: branches[n][0])
    every, table = list(passes), []
    for n in order:
        shared, own = branches[n]
        table.append((shared, len(every), len(every) + len(own)))
        every += own
    ready = batch(every)
    # A branch may need less than the largest halo, never more.
    chunks = list(_chunks(window, ready.halo, len(branches)))
    shape = (len(branches), window.bottom - window.top, window.right - window.left, 3)
    targets = np.empty(shape, source.dtype)
    forks = np.array(table, np.int64)
    toned = not ready.masked and by_codes(every) and table[0][0] > 0

    def work(chunk: npt.NDArray[np.int64]) -> None:
        drive(source, targets, window.left, window.top, *ready, toned, forks, chunk)

    way.each(work, chunks)
    return [targets[order.index(n)] for n in range(len(branches))]


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="render")


def _chunks(window: Window, halo: int, branches: int) -> Iterator[npt.NDArray[np.int64]]:
    """Cut a window into tiles (top, bottom, left, right), some at a time."""
    width = window.right - window.left
    rows = TILE if halo else max(1, ROW_BLOCK // width)
    columns = TILE if halo else width
    tiles = [
        (y, min(y + rows, window.bottom), x, min(x + columns, window.right))
        for y in range(window.top, window.bottom, rows)
        for x in range(window.left, window.right, columns)
    ]
    many = max(1, CHUNK // (rows * columns * branches))
    for i in range(0, len(tiles), many):
        yield np.array(tiles[i : i + many], np.int64)
