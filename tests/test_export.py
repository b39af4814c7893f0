"""Programs for other editors: what is written is what is rendered."""

import json
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest

from iea.errors import InvalidError
from iea.export import to_cube, to_xmp
from iea.image import decode
from iea.program import Program
from iea.render import render_pixels
from tests.images import photo
from tests.programs import document, program

_CRS = "{http://ns.adobe.com/camera-raw-settings/1.0/}"
LOOK = program(exposure=0.4, contrast=25, temperature=20, saturation=-15)


def _table(text: str) -> np.ndarray:
    first, *lines = text.splitlines()
    size = int(first.split()[1])
    return np.array([line.split() for line in lines], float).reshape(size, size, size, 3)


def _applied(table: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Look pixels up in a table, between its entries in straight lines: the plain way."""
    at = pixels / 255 * (len(table) - 1)
    low = np.minimum(at.astype(int), len(table) - 2)
    share, out = at - low, 0.0
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, share, 1 - share), axis=-1, keepdims=True)
        r, g, b = (low + corner)[..., 0], (low + corner)[..., 1], (low + corner)[..., 2]
        out = out + weight * table[b, g, r]
    return np.asarray(out)


def test_a_cube_does_what_the_program_does() -> None:
    pixels = cv2.resize(decode(photo()).pixels, (300, 200), interpolation=cv2.INTER_AREA)
    looked_up = _applied(_table(to_cube(LOOK).text), pixels)
    rendered = render_pixels(LOOK, pixels) / 255
    assert np.abs(looked_up - rendered).mean() < 0.5 / 255
    assert np.quantile(np.abs(looked_up - rendered), 0.999) < 4 / 255


def test_a_cube_says_what_it_cannot_hold() -> None:
    export = to_cube(program(exposure=1, sharpen=40, vignette=20, grain=10))
    assert export.left_out == ("sharpen", "grain", "vignette")
    assert export.text == to_cube(program(exposure=1)).text


@pytest.mark.parametrize("size", [1, 66])
def test_a_table_of_no_use_is_refused(size: int) -> None:
    with pytest.raises(InvalidError, match="2 to 65"):
        to_cube(LOOK, size=size)


def test_a_side_car_has_the_settings_and_the_program_itself() -> None:
    steps = document(
        {"tool": "exposure", "params": {"ev": 0.7}, "reason": "<b>\x01 & ünïcode"},
        {"tool": "vignette", "params": {"amount": 30}},
        {"tool": "fade", "params": {"amount": 10}},
    )
    export = to_xmp(Program.parse(steps))
    assert export.left_out == ("fade",)
    description = ElementTree.fromstring(export.text)[0][0]
    assert description.get(f"{_CRS}Exposure2012") == "+0.7"
    assert description.get(f"{_CRS}PostCropVignetteAmount") == "-30"
    text = description.findtext("{urn:iea:program:1}program")
    assert text is not None
    assert Program.parse(json.loads(text)).digest == Program.parse(steps).digest
