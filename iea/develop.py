"""Bytes to bytes: a photo decoded, rendered and encoded, as far as possible at the same time."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from iea.formats import SUFFIXES, check_suffix
from iea.image import JpegStrips, decode_rows, encode
from iea.program import Program
from iea.render import Files, Rendering, no_files, render


def develop(
    photo: bytes,
    program: Program,
    suffix: str,
    *,
    quality: int = 90,
    gps: bool = True,
    files: Files = no_files,
    name: str = "the photo",
    progress: Callable[[float], None] | None = None,
) -> bytes:
    """Render a program on a photo file and return the file of the result.

    The arguments are those of `iea.image.encode` and `iea.render.render`, and so are the errors. A
    JPEG comes and goes in strips: while one is decoded, others are rendered and encoded.
    """
    suffix = check_suffix(suffix)
    picture, rows = decode_rows(photo, name=name)
    if SUFFIXES[suffix] != "jpeg" or picture.alpha is not None:
        for _ in rows:
            pass
        edited = render(program, picture, files=files, progress=progress)
        return encode(edited, suffix, quality=quality, gps=gps)
    rendering = Rendering(program, picture.pixels, files=files)
    width, height = rendering.size
    strips = JpegStrips(picture, width, height, quality=quality, gps=gps)
    return strips.join(_strips(rendering, strips, rows, progress or (lambda share: None)))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(len(os.sched_getaffinity(0)), thread_name_prefix="develop")


def _strips(
    rendering: Rendering,
    strips: JpegStrips,
    rows: Iterator[int],
    progress: Callable[[float], None],
) -> list[bytes]:
    """Render and encode every strip as soon as the rows that it needs are decoded."""
    height = rendering.size[1]
    tops = list(range(0, height, strips.rows))

    def made(top: int) -> bytes:
        return strips.encode(rendering.part(top, min(top + strips.rows, height)))

    futures: list[Future[bytes]] = []
    ready = 0
    try:
        for ready in rows:
            while len(futures) < len(tops) and not rendering.looks:
                needed = min(tops[len(futures)] + strips.rows, height) + rendering.halo
                if min(needed, height) > ready:
                    break
                futures.append(_pool().submit(made, tops[len(futures)]))
        futures += [_pool().submit(made, top) for top in tops[len(futures) :]]
        made_strips = []
        for future in futures:
            made_strips.append(future.result())
            progress(len(made_strips) / len(tops))
        return made_strips
    finally:
        for future in futures:
            future.cancel()
