"""Masks drawn by hand on the photos of `tests.photos`, and how near a found mask comes to them.

`masks.json` has a polygon or several for each, in shares of width and height, drawn on the photo
enlarged under a grid; "ignore" is what a person could put on either side (a mast's lattice, glare).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from iea.masks import Mask, evaluate
from iea.render._passes import Photo as Rendered

SIDE = 512
"""Of the small copy on which the engine finds masks."""

Flags = npt.NDArray[np.bool_]


class Score(NamedTuple):
    """How a found mask agrees with a drawn one, each 0..1."""

    overlap: float
    """Intersection over union."""
    precision: float
    recall: float


@cache
def drawings() -> dict[str, dict[str, Any]]:
    """Return what was drawn: {"photo-region": {"photo", "region", "add", "ignore"}}."""
    file = Path(__file__).with_name("masks.json")
    read: dict[str, dict[str, Any]] = json.loads(file.read_text())
    return read


def names() -> list[str]:
    """Return the names of all masks to find: each subject's background is one, too."""
    backgrounds = [n.replace("subject", "background") for n in drawings() if "subject" in n]
    return [*drawings(), *backgrounds]


def find(pixels: npt.NDArray[np.uint8], region: str) -> Flags:
    """Return where the engine finds a region of a photo, on its small copy."""
    picture = Rendered(pixels)
    small = picture.small(SIDE)
    mask = Mask.parse({"parts": [{"kind": "region", "name": region}]})
    return evaluate(mask, small.planes, small.step, picture.size) > 0.5


def score(name: str, found: Flags) -> Score:
    """Compare a found mask with the drawn one of that name."""
    inverted = name.endswith("background")
    drawing = drawings()[name.replace("background", "subject")]
    counted = ~_filled(drawing["ignore"], found.shape)
    drawn = (_filled(drawing["add"], found.shape) ^ inverted) & counted
    found = found & counted
    both = float((drawn & found).sum())
    return Score(
        both / float((drawn | found).sum()),
        both / max(float(found.sum()), 1.0),
        both / float(drawn.sum()),
    )


def _filled(polygons: list[list[list[float]]], shape: Any) -> Flags:
    height, width = shape
    canvas = Image.new("1", (width, height))
    for polygon in polygons:
        ImageDraw.Draw(canvas).polygon([(x * width, y * height) for x, y in polygon], fill=1)
    return np.array(canvas)
