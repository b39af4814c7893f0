"""Sharpen: an unsharp mask on luma, so that edges gain and colours do not fringe.

Y + 2 s (Y - blur(Y)), s = amount / 100, with a Gaussian of sigma 1 in nine taps; every channel gets
the luma's difference, held to a tenth either way, so that no edge grows a visible halo.
"""

import math

import numpy as np

from iea.tools._declare import (
    Constants,
    Frame,
    Maps,
    Param,
    Pixels,
    Planes,
    Target,
    Tool,
    Words,
    inline,
    kernel,
)
from iea.tools._pixel import luma, reference_luma

HALO = 4
LIMIT = 0.1
_LIMIT = np.float32(LIMIT)


def _prepare(amount: float) -> tuple[float, ...]:
    taps = [math.exp(-0.5 * i * i) for i in range(HALO + 1)]
    total = taps[0] + 2 * sum(taps[1:])
    return (2 * amount / 100, *(tap / total for tap in taps))


@inline
def _clamped(line: Planes, x: int, columns: int, constants: Constants) -> np.float32:
    near = constants[2] * (line[max(x - 1, 0)] + line[min(x + 1, columns - 1)])
    near += constants[3] * (line[max(x - 2, 0)] + line[min(x + 2, columns - 1)])
    far = constants[4] * (line[max(x - 3, 0)] + line[min(x + 3, columns - 1)])
    far += constants[5] * (line[max(x - 4, 0)] + line[min(x + 4, columns - 1)])
    return constants[1] * line[x] + near + far


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    rows, columns = planes.shape[1], planes.shape[2]
    grey, across = scratch[0], scratch[1]
    strength, c0, c1 = constants[0], constants[1], constants[2]
    c2, c3, c4 = constants[3], constants[4], constants[5]
    for y in range(rows):
        r, g, b, line = planes[0, y], planes[1, y], planes[2, y], grey[y]
        for x in range(columns):
            line[x] = luma(r[x], g[x], b[x])
        out = across[y]
        for x in range(min(HALO, columns)):
            out[x] = _clamped(line, x, columns, constants)
        for x in range(max(columns - HALO, 0), columns):
            out[x] = _clamped(line, x, columns, constants)
        for x in range(HALO, columns - HALO):
            near = c1 * (line[x - 1] + line[x + 1]) + c2 * (line[x - 2] + line[x + 2])
            far = c3 * (line[x - 3] + line[x + 3]) + c4 * (line[x - 4] + line[x + 4])
            out[x] = c0 * line[x] + near + far
    last = rows - 1
    for y in range(rows):
        r, g, b, line, m0 = planes[0, y], planes[1, y], planes[2, y], grey[y], across[y]
        u1, d1 = across[max(y - 1, 0)], across[min(y + 1, last)]
        u2, d2 = across[max(y - 2, 0)], across[min(y + 2, last)]
        u3, d3 = across[max(y - 3, 0)], across[min(y + 3, last)]
        u4, d4 = across[max(y - 4, 0)], across[min(y + 4, last)]
        for x in range(columns):
            near = c1 * (u1[x] + d1[x]) + c2 * (u2[x] + d2[x])
            far = c3 * (u3[x] + d3[x]) + c4 * (u4[x] + d4[x])
            edge = strength * (line[x] - (c0 * m0[x] + near + far))
            gain = min(max(edge, -_LIMIT), _LIMIT)
            r[x] += gain
            g[x] += gain
            b[x] += gain


def _reference(rgb: Pixels, amount: float) -> Pixels:
    strength, *taps = _prepare(amount)
    grey = reference_luma(rgb)[..., 0]
    blurred = grey
    for axis in (1, 0):
        pad = [(HALO, HALO) if a == axis else (0, 0) for a in (0, 1)]
        wide = np.pad(blurred, pad, mode="edge")
        near = np.lib.stride_tricks.sliding_window_view(wide, 2 * HALO + 1, axis)
        blurred = near @ np.array([*taps[:0:-1], *taps])
    return rgb + np.clip(strength * (grey - blurred), -LIMIT, LIMIT)[..., np.newaxis]


TOOL = Tool(
    name="sharpen",
    stage="detail",
    order=10,
    purpose="Makes edges and fine detail crisper.",
    params=(Param("amount", "", 0, 100, 0, "as it was", "crisper"),),
    words=Words(
        names=(
            "sharpen",
            "sharpness",
            "sharpening",
            "detail",
            "details",
            "focus",
            "acuity",
            "texture",
            "clarity",
        ),
        plus=(
            "sharper",
            "sharpen",
            "sharpened",
            "crisp",
            "crisper",
            "more detail",
            "more details",
            "clearer",
            "more defined",
            "clear",
            "crispy",
            "more focus",
            "in focus",
            "more texture",
            "razor sharp",
            "tack sharp",
            "focused",
            "crispier",
            "sharpen up",
            "sharp",
            "better defined",
            "pin sharp",
            "fine detail",
            "fine details",
        ),
        minus=(
            "less sharp",
            "less crisp",
            "less sharpening",
            "less detail",
        ),
        lacks=(
            "blurry",
            "soft focus",
            "fuzzy",
            "unsharp",
            "out of focus",
            "blurred",
            "blurrier",
            "smeared",
            "smudgy",
            "not sharp",
            "bit soft",
            "mushy",
            "not in focus",
            "vaseline",
            "unclear",
            "woolly",
            "indistinct",
            "soft edges",
            "misfocused",
            "shaky",
        ),
        excess=(
            "sharp",
            "crunchy",
            "oversharpened",
            "over sharpened",
            "crispy",
            "too crisp",
            "overly sharp",
            "halos",
            "harsh edges",
        ),
    ),
    target=Target("D", 3),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
    halo=HALO,
    scratch=2,
)
