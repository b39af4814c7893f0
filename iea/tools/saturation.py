"""Saturation: colours further from grey or nearer to it, with luma and hue kept.

A pixel is its luma and a colour c without luma; f = 1 + amount / 100. In encoded values the colours
of one CIELAB hue lie on slightly bent lines: c becomes f c + f (f - 1) q, where red and blue of q
are quadratic forms of red and blue of c, fitted so that hues turn least and chroma moves by f (half
as much turning as on straight lines), and green is what leaves q without luma. A colour that would
leave 0..1 is led back toward its grey.
"""

import numpy as np

from iea.tools._chroma import green_of, reference_fitted, room
from iea.tools._declare import (
    Constants,
    Frame,
    Maps,
    Param,
    Pixels,
    Planes,
    Target,
    Tool,
    kernel,
)
from iea.tools._pixel import LUMA, luma, reference_luma

BEND = ((0.112, 0.183, -0.330), (0.425, 0.368, -0.261))
"""Of q's red and blue: the factors of red squared, red times blue, and blue squared."""

_ZERO, _ONE = np.float32(0), np.float32(1)


def _prepare(amount: float) -> tuple[float, ...]:
    factor = 1 + amount / 100
    return factor, *(factor * (factor - 1) * bend for form in BEND for bend in form)


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    factor = constants[0]
    r0, r1, r2 = constants[1], constants[2], constants[3]
    b0, b1, b2 = constants[4], constants[5], constants[6]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            grey = luma(r[x], g[x], b[x])
            red, blue = r[x] - grey, b[x] - grey
            dr = red * (factor + r0 * red + r1 * blue) + r2 * blue * blue
            db = blue * (factor + b1 * red + b2 * blue) + b0 * red * red
            dg = green_of(dr, db)
            up = max(max(max(r[x], g[x]), b[x]), _ONE) - grey
            down = grey - min(min(min(r[x], g[x]), b[x]), _ZERO)
            above, below = max(max(dr, dg), db), -min(min(dr, dg), db)
            share = min(room(up, down, above, below), _ONE)
            r[x] = grey + dr * share
            g[x] = grey + dg * share
            b[x] = grey + db * share


def _reference(rgb: Pixels, amount: float) -> Pixels:
    factor, *bends = _prepare(amount)
    grey = reference_luma(rgb)
    colour = rgb - grey
    red, blue = colour[..., 0], colour[..., 2]
    forms = np.stack([red * red, red * blue, blue * blue], axis=-1)
    bent = np.zeros_like(rgb)
    bent[..., ::2] = forms @ np.array(bends).reshape(2, 3).T
    bent[..., 1] = -(LUMA[0] * bent[..., 0] + LUMA[2] * bent[..., 2]) / LUMA[1]
    return reference_fitted(grey + factor * colour + bent, rgb)


TOOL = Tool(
    name="saturation",
    stage="colour",
    order=30,
    purpose="Makes all colours stronger or paler.",
    params=(Param("amount", "", -100, 100, 0, "paler colours", "stronger colours"),),
    words=("saturation", "colours", "colors", "colour", "color", "chroma"),
    target=Target("S", 5),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
