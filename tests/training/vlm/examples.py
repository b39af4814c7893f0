"""Records of all three tasks, over photos made in memory."""

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image

from iea.blobs import Blobs
from iea.program import Program
from training.records import Record


def numbers(**amounts: float) -> Program:
    """Make a program of the toolset iea16."""
    steps = [{"tool": tool, "params": {"amount": value}} for tool, value in amounts.items()]
    return Program.parse({"toolset": {"name": "iea16", "version": "1"}, "steps": steps})


def photo(seed: int) -> bytes:
    """Make a PNG of 96 x 64 pixels: soft blobs of colour."""
    few = np.random.default_rng(seed).integers(40, 215, (4, 6, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(few).resize((96, 64), Image.Resampling.BICUBIC).save(file, "png")
    return file.getvalue()


def records(blobs: Blobs, photos: int = 8) -> Iterator[Record]:
    """Put photos into a store, and yield what is to be done to each."""
    for seed in range(photos):
        name = blobs.put(photo(seed))
        bright, start = numbers(exposure=40), numbers(exposure=40)
        yield Record("edit", name, "make it brighter", bright, template=f"brighter {seed}")
        yield Record("edit", name, "warmer", numbers(temperature=50), template=f"warmer {seed}")
        less = numbers(exposure=20)
        yield Record("refine", name, "a bit less", less, start=start, template=f"less {seed}")
        yield Record("summary", name, "make it darker", numbers(exposure=-40), template=f"s {seed}")
