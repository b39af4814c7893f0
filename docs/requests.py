"""Sixty requests on real photos, as one picture: `python -m docs.requests` writes it."""

import textwrap
from functools import cache
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from iea.image import to_8bit
from iea.render import render_pixels
from services.planner.embedded import Embedded
from services.planner.plan import Request, plan
from services.planner.view import SIZE, View
from tests.photos import PHOTOS

REQUESTS = {
    "temple": (
        "a bit brighter",
        "the sky is too pale, make it bluer",
        "clear up the haze",
        "like an old postcard from the seventies",
        "sunset glow please",
        "black and white, dramatic",
        "darken the sky",
        "crop it to a square",
        "as if it had just rained",
        "mach die Bäume grüner",
    ),
    "astronaut": (
        "brighten her face",
        "blur the background",
        "for a passport",
        "film noir",
        "her suit is too orange",
        "more contrast but keep the colours",
        "soft and dreamy",
        "hazla más cálida",
        "flip it",
        "make it look like a polaroid",
    ),
    "bedroom": (
        "for the housing ad",
        "it's too yellow in here",
        "light and airy",
        "cosy winter evening",
        "lift the shadows",
        "sharper",
        "candlelit",
        "plus de contraste",
        "pastel colours",
        "fix it",
    ),
    "rocket": (
        "brighter but leave the highlights alone",
        "get rid of the noise",
        "cyberpunk",
        "make the lights glow",
        "cinematic",
        "warmer",
        "cooler, much cooler",
        "ciel plus bleu",
        "add film grain and a vignette",
        "spooky",
    ),
    "coffee": (
        "make it look tasty",
        "colours really pop",
        "less red",
        "a soft vignette",
        "moody",
        "matte finish",
        "make the left side brighter",
        "turn it upside down",
        "sepia",
        "um pouco mais claro",
    ),
    "cat": (
        "only the eyes matter, darken the background",
        "more detail in the fur",
        "frosty",
        "golden hour",
        "softer",
        "less saturated",
        "crisp and clean",
        "exposure -0.7",
        "rendi i colori più vivaci",
        "crop closer",
    ),
}
CELL = (240, 180)
LABEL = 34
COLUMNS = 11


def main() -> None:
    """Render each request on its photo, photos first in their rows, to docs/requests.jpg."""
    backend, rows = Embedded(), []
    for name, requests in REQUESTS.items():
        pixels = PHOTOS[name].pixels(640)
        share = SIZE / max(pixels.shape[:2])
        small = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        cells = [_cell(pixels, name)]
        for words in requests:
            view = View(np.ascontiguousarray(small), lambda pixels=pixels: pixels)
            planned = plan(Request(words, view), backend)
            print(f"{name}: {words}: {planned.text}")  # noqa: T201 - read beside the picture
            cells.append(_cell(to_8bit(render_pixels(planned.program, pixels)), words))
        rows.append(np.hstack(cells))
    sheet = np.vstack(rows)
    path = Path(__file__).with_name("requests.jpg")
    cv2.imwrite(str(path), sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])


def _cell(pixels: np.ndarray, words: str) -> np.ndarray:
    """Return a picture that fits a cell, with its words below."""
    width, height = CELL
    share = min(width / pixels.shape[1], height / pixels.shape[0])
    small = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    cell = np.full((height + LABEL, width + 6, 3), 250, np.uint8)
    top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    cell[top : top + small.shape[0], left : left + small.shape[1]] = small
    drawn = Image.fromarray(cell)
    pen = ImageDraw.Draw(drawn)
    for line, text in enumerate(textwrap.wrap(words, 36)[:2]):
        pen.text((4, height + 3 + 14 * line), text, (20, 20, 20), _font())
    return np.asarray(drawn)


@cache
def _font() -> ImageFont.FreeTypeFont:
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return ImageFont.truetype(str(fonts / "DejaVuSans.ttf"), 12)


if __name__ == "__main__":
    main()
