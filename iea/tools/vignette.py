"""Vignette: corners darkened or lightened, so that the eye goes to the middle.

With q the squared distance from the middle over that of the corners, the falloff is the smooth step
q^2 (3 - 2 q). Above 0 pixels are multiplied by 1 - 0.8 s falloff, below 0 they move toward white by
0.5 |s| falloff of the way; s = amount / 100.
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
    Words,
    kernel,
)

_ONE, _TWO, _THREE = np.float32(1), np.float32(2), np.float32(3)


def _prepare(amount: float) -> tuple[float, ...]:
    return 0.8 * max(amount, 0) / 100, 0.5 * max(-amount, 0) / 100


@kernel
def _kernel(
    planes: Planes, scratch: Planes, frame: Frame, constants: Constants, maps: Maps
) -> None:
    dark, light = constants[0], constants[1]
    width, height = np.float32(frame[2]), np.float32(frame[3])
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        v = np.float32(2 * (y + frame[1]) + 1) / height - _ONE
        for x in range(r.size):
            u = np.float32(2 * (x + frame[0]) + 1) / width - _ONE
            q = (u * u + v * v) / _TWO
            falloff = q * q * (_THREE - _TWO * q)
            keep = _ONE - (dark + light) * falloff
            add = light * falloff
            r[x] = r[x] * keep + add
            g[x] = g[x] * keep + add
            b[x] = b[x] * keep + add


def _reference(rgb: Pixels, amount: float) -> Pixels:
    dark, light = _prepare(amount)
    height, width = rgb.shape[:2]
    v = ((2 * np.arange(height) + 1) / height - 1)[:, np.newaxis]
    u = ((2 * np.arange(width) + 1) / width - 1)[np.newaxis]
    q = (u**2 + v**2) / 2
    falloff = (q**2 * (3 - 2 * q))[..., np.newaxis]
    return rgb * (1 - (dark + light) * falloff) + light * falloff


TOOL = Tool(
    name="vignette",
    stage="effects",
    order=10,
    purpose="Darkens the corners so that the eye goes to the middle, or lightens them.",
    params=(Param("amount", "", -100, 100, 0, "lighter corners", "darker corners"),),
    words=Words(
        names=(
            "vignette",
            "vignetting",
            "corners",
            "edges",
            "vignet",
            "frame edges",
            "borders",
            "vignette effect",
        ),
        plus=(
            "darker corners",
            "dark corners",
            "dark edges",
            "darken the corners",
            "darker edges",
            "darken the edges",
            "eye to the centre",
            "eye to the center",
            "spotlight",
            "focus on the middle",
            "focus on the centre",
            "focus on the center",
            "draw the eye",
            "eye drawn",
            "darken the outside",
            "darken round the outside",
            "darken around the outside",
            "draw attention to the middle",
            "darken around the edges",
            "spotlight effect",
            "tunnel effect",
            "darkened corners",
            "darkened edges",
            "dark border",
            "burn the edges",
            "burn the corners",
            "burn edges",
            "darken sides",
            "vignetted",
        ),
        minus=(
            "lighter corners",
            "brighten the corners",
            "lighten the corners",
            "brighter corners",
            "lighter edges",
            "brighten the edges",
            "lighten the edges",
            "brighter edges",
            "white vignette",
            "corners lighter",
            "corners brighter",
        ),
        excess=(
            "dark corners",
            "dark edges",
            "corners are dark",
            "edges are dark",
            "corners look dark",
            "edges look dark",
            "corners too dark",
            "edges too dark",
            "like a keyhole",
            "like a tunnel",
            "black corners",
        ),
    ),
    target=Target("L", -4),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
