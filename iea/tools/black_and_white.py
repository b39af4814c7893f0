"""Black and white: colours led to their luma, by amount / 100 of the way."""

import numpy as np

from iea.tools._declare import Constants, Frame, Param, Pixels, Planes, Target, Tool, Words, kernel
from iea.tools._pixel import luma, reference_luma


def _prepare(amount: float) -> tuple[float, ...]:
    return (amount / 100,)


@kernel
def _kernel(planes: Planes, scratch: Planes, frame: Frame, constants: Constants) -> None:
    share = constants[0]
    rest = np.float32(1) - share
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            grey = share * luma(r[x], g[x], b[x])
            r[x] = grey + r[x] * rest
            g[x] = grey + g[x] * rest
            b[x] = grey + b[x] * rest


def _reference(rgb: Pixels, amount: float) -> Pixels:
    (share,) = _prepare(amount)
    return share * reference_luma(rgb) + (1 - share) * rgb


TOOL = Tool(
    name="black_and_white",
    stage="colour",
    order=50,
    purpose="Turns the picture into black and white, wholly or in part.",
    params=(Param("amount", "%", 0, 100, 0, "colours", "black and white"),),
    words=Words(
        names=("black and white", "b&w", "bw", "monochrome", "greyscale", "grayscale"),
        plus=("black and white", "b&w", "bw", "monochrome", "greyscale", "grayscale", "mono"),
        minus=("colour again", "back to colour", "color again", "back to color"),
    ),
    target=Target("S", -100),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
