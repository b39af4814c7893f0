"""LUT: the colours of a table in a .cube file, by amount / 100 of the way.

Between the table's nodes the colour is found on the tetrahedron that it lies in; see `_cube`.
Colours outside the table's domain take those at its border.
"""

from collections.abc import Callable

import numpy as np

from iea.tools._cube import read_cube, through
from iea.tools._declare import (
    Constants,
    File,
    Frame,
    Maps,
    Param,
    Pixels,
    Planes,
    Scene,
    Survey,
    Tool,
    kernel,
)

HEAD = 8
"""Numbers before the nodes: share, side, and for each channel scale and offset."""
WIDE = 4
"""Numbers of a node: three, and one that makes it quick to load."""

_ZERO, _ONE = np.float32(0), np.float32(1)


def _survey(scene: Scene, amount: float, file: str) -> Survey:
    cube = read_cube(scene.file(file))
    side = len(cube.nodes)
    scale = [(side - 1) / (high - low) for low, high in zip(cube.low, cube.high, strict=True)]
    offset = [-low * by for low, by in zip(cube.low, scale, strict=True)]
    nodes = np.pad(cube.nodes, ((0, 0), (0, 0), (0, 0), (0, 1)))
    return Survey(np.concatenate([[amount / 100, side], scale, offset, nodes.ravel()]))


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    part, side = constants[0], np.int32(constants[1])
    last, lowest = np.float32(side - 1), np.int32(side - 2)
    columns = planes.shape[2]
    # How far the next node lies on along red, green and blue, and where all three lead.
    one, two = np.int32(WIDE), np.int32(WIDE * side)
    three = np.int32(two * side)
    across = np.int32(one + two + three)
    nodes = np.empty((3, columns), np.int32)
    for y in range(planes.shape[1]):
        most, middle, least = scratch[0, y], scratch[1, y], scratch[2, y]
        for x in range(columns):
            fr = min(max(planes[0, y, x] * constants[2] + constants[5], _ZERO), last)
            fg = min(max(planes[1, y, x] * constants[3] + constants[6], _ZERO), last)
            fb = min(max(planes[2, y, x] * constants[4] + constants[7], _ZERO), last)
            ir, ig, ib = np.int32(fr), np.int32(fg), np.int32(fb)
            ir, ig, ib = min(ir, lowest), min(ig, lowest), min(ib, lowest)
            fr -= np.float32(ir)
            fg -= np.float32(ig)
            fb -= np.float32(ib)
            most[x] = max(max(fr, fg), fb)
            least[x] = min(min(fr, fg), fb)
            middle[x] = max(min(fr, fg), min(max(fr, fg), fb))
            nodes[0, x] = HEAD + ir * one + ig * two + ib * three
            green_first = two if fg >= fb else three
            nodes[1, x] = one if fr >= fg and fr >= fb else green_first
            green_last = two if fg < fb else three
            nodes[2, x] = across - (one if fr < fg and fr < fb else green_last)
        for x in range(columns):
            i = nodes[0, x]
            j, k, n = i + nodes[1, x], i + nodes[2, x], i + across
            a, b = _ONE - most[x], most[x] - middle[x]
            c, d = middle[x] - least[x], least[x]
            red = a * constants[i] + b * constants[j] + c * constants[k] + d * constants[n]
            i, j, k, n = i + 1, j + 1, k + 1, n + 1
            green = a * constants[i] + b * constants[j] + c * constants[k] + d * constants[n]
            i, j, k, n = i + 1, j + 1, k + 1, n + 1
            blue = a * constants[i] + b * constants[j] + c * constants[k] + d * constants[n]
            most[x], middle[x], least[x] = red, green, blue
        for channel in range(3):
            row, found = planes[channel, y], scratch[channel, y]
            for x in range(columns):
                row[x] += part * (found[x] - row[x])


def _reference(rgb: Pixels, amount: float, file: str, *, files: Callable[[str], bytes]) -> Pixels:
    return rgb + amount / 100 * (through(rgb, read_cube(files(file))) - rgb)


def _active(amount: float, file: str) -> bool:
    return file != "" and amount != 0


TOOL = Tool(
    name="lut",
    stage="colour",
    order=60,
    purpose="Gives the picture the look of a colour table from a .cube file.",
    params=(
        Param("amount", "%", 0, 100, 100, "its own colours", "the table's colours"),
        File("file", ".cube"),
    ),
    words=("lut", "look-up table", "colour table", "color table", "cube"),
    survey=_survey,
    kernel=_kernel,
    reference=_reference,
    scratch=3,
    active=_active,
)
