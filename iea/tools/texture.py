"""Texture: detail between the finest and the shapes, as of skin, bark or cloth.

The band between two smoothings of luma, the first two levels of the starlet transform (the taps
1 4 6 4 1, then the same two pixels apart; Starck, Fadili and Murtagh 2007), holds detail of 2 to 6
pixels. All channels gain 1.6 s w (below 0: s w) times it, s = amount / 100, w = e / (e + v),
e = 0.0025, with v the luma's variance in the same window: high near an edge, where nothing is done.
"""

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
    inline,
    kernel,
)
from iea.tools._pixel import luma, reference_luma

HALO = 6
SOFTNESS, STRENGTH = 0.0025, 1.6
_MIDDLE, _NEAR, _FAR = np.float32(3 / 8), np.float32(1 / 4), np.float32(1 / 16)
_ZERO, _SOFTNESS = np.float32(0), np.float32(SOFTNESS)


def _prepare(amount: float) -> tuple[float, ...]:
    return ((STRENGTH if amount > 0 else 1.0) * amount / 100 * SOFTNESS,)


@inline
def _across(here: Planes, line: Planes, gap: int, out: Planes) -> None:
    """Smooth a row, its taps `gap` pixels apart; `line` has room for the row and its ends."""
    columns, ends = here.size, 2 * gap
    line[:ends], line[ends + columns :] = here[0], here[columns - 1]
    line[ends : ends + columns] = here
    l2, l1, r1, r2 = line[0:], line[gap:], line[3 * gap :], line[4 * gap :]
    for x in range(columns):
        out[x] = _MIDDLE * here[x] + _NEAR * (l1[x] + r1[x]) + _FAR * (l2[x] + r2[x])


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    rows, columns = planes.shape[1], planes.shape[2]
    across, fine, coarse, square = scratch[0], scratch[1], scratch[2], scratch[3]
    strength, last = constants[0], rows - 1
    near, far = np.empty(columns + 4, np.float32), np.empty(columns + 8, np.float32)
    grey = np.empty(columns, np.float32)
    for y in range(rows):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(columns):
            grey[x] = luma(r[x], g[x], b[x])
        _across(grey, near, 1, across[y])
    for y in range(rows):
        here, out = across[y], fine[y]
        u1, d1 = across[max(y - 1, 0)], across[min(y + 1, last)]
        u2, d2 = across[max(y - 2, 0)], across[min(y + 2, last)]
        for x in range(columns):
            out[x] = _MIDDLE * here[x] + _NEAR * (u1[x] + d1[x]) + _FAR * (u2[x] + d2[x])
            grey[x] = out[x] * out[x]
        _across(out, far, 2, coarse[y])
        _across(grey, far, 2, square[y])
    for y in range(rows):
        r, g, b, detail, m, s = (
            planes[0, y],
            planes[1, y],
            planes[2, y],
            fine[y],
            coarse[y],
            square[y],
        )
        a1, a2, a3, a4 = max(y - 2, 0), min(y + 2, last), max(y - 4, 0), min(y + 4, last)
        m1, m2, m3, m4 = coarse[a1], coarse[a2], coarse[a3], coarse[a4]
        s1, s2, s3, s4 = square[a1], square[a2], square[a3], square[a4]
        for x in range(columns):
            mean = _MIDDLE * m[x] + _NEAR * (m1[x] + m2[x]) + _FAR * (m3[x] + m4[x])
            power = _MIDDLE * s[x] + _NEAR * (s1[x] + s2[x]) + _FAR * (s3[x] + s4[x])
            variance = max(power - mean * mean, _ZERO)
            gain = strength * (detail[x] - mean) / (variance + _SOFTNESS)
            r[x] += gain
            g[x] += gain
            b[x] += gain


def _smoothed(plane: Pixels, gap: int) -> Pixels:
    for axis in (0, 1):
        last, at = plane.shape[axis] - 1, np.arange(plane.shape[axis])
        l2, l1, r1, r2 = (plane.take(np.clip(at + k * gap, 0, last), axis) for k in (-2, -1, 1, 2))
        plane = 3 / 8 * plane + 1 / 4 * (l1 + r1) + 1 / 16 * (l2 + r2)
    return plane


def _reference(rgb: Pixels, amount: float) -> Pixels:
    fine = _smoothed(reference_luma(rgb), 1)
    mean = _smoothed(fine, 2)
    variance = np.maximum(_smoothed(fine**2, 2) - mean**2, 0)
    return rgb + _prepare(amount)[0] * (fine - mean) / (variance + SOFTNESS)


TOOL = Tool(
    name="texture",
    stage="detail",
    order=8,
    purpose="Brings out the texture of surfaces, or smooths it; edges stay.",
    params=(Param("amount", "", -100, 100, 0, "smoother surfaces", "more texture"),),
    words=("surface texture", "skin texture", "texture slider"),
    target=Target("", 40),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
    halo=HALO,
    scratch=4,
)
