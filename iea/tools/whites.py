"""Whites: where the lightest tones end, moved up or down, with a shoulder instead of clipping.

The largest channel m becomes m (1 + s m^2); for s > 0 a shoulder above 0.8 leads 1 + s back to 1.
The others follow in proportion. Monotone for s >= -1/3.
"""

import numpy as np

from iea.tools._declare import Constants, Frame, Param, Pixels, Planes, Target, Tool, Words, kernel
from iea.tools._pixel import TINY, reference_peak, unit

KNEE = 0.8
_ONE, _KNEE, _TINY = np.float32(1), np.float32(KNEE), np.float32(TINY)


def _prepare(amount: float) -> tuple[float, ...]:
    return (0.3 * amount / 100,)


@kernel
def _kernel(planes: Planes, scratch: Planes, frame: Frame, constants: Constants) -> None:
    strength = constants[0]
    for y in range(planes.shape[1]):
        r, g, b = planes[0, y], planes[1, y], planes[2, y]
        for x in range(r.size):
            peak = unit(max(max(r[x], g[x]), b[x]))
            lit = peak * (_ONE + strength * peak * peak)
            over = max(lit - _KNEE, np.float32(0)) / (_ONE - _KNEE)
            top = max((_ONE + strength - _KNEE) / (_ONE - _KNEE), _ONE)
            bent = over / (_ONE + over * (top - _ONE) / top)
            rolled = lit - (over - bent) * (_ONE - _KNEE)
            ratio = (rolled + _TINY) / (peak + _TINY)
            r[x] *= ratio
            g[x] *= ratio
            b[x] *= ratio


def _moved(peak: Pixels, strength: float) -> Pixels:
    lit = peak * (1 + strength * peak**2)
    over = np.maximum(lit - KNEE, 0) / (1 - KNEE)
    top = max((1 + strength - KNEE) / (1 - KNEE), 1)
    bent = over / (1 + over * (top - 1) / top)
    return np.where(lit > KNEE, KNEE + (1 - KNEE) * bent, lit)


def _reference(rgb: Pixels, amount: float) -> Pixels:
    (strength,) = _prepare(amount)
    peak = np.clip(reference_peak(rgb), 0, 1)
    return rgb * ((_moved(peak, strength) + TINY) / (peak + TINY))


TOOL = Tool(
    name="whites",
    stage="light",
    order=50,
    purpose="Moves the lightest tones toward white or away from it.",
    params=(Param("amount", "", -100, 100, 0, "duller whites", "cleaner, brighter whites"),),
    words=Words(
        names=(
            "whites",
            "white point",
            "white",
            "white level",
            "white tones",
        ),
        plus=(
            "whiter",
            "cleaner whites",
            "sparkle",
            "brighter whites",
            "crisp whites",
            "pure white",
            "clean white",
            "whiter whites",
            "bright whites",
            "cleaner",
            "whiten",
            "snow white",
            "sparkling",
            "sparkly",
            "white whites",
            "purer whites",
        ),
        minus=(
            "duller whites",
            "less white",
            "darker whites",
            "softer whites",
            "creamier whites",
            "off white",
        ),
        lacks=(
            "dingy",
            "grey whites",
            "gray whites",
            "whites look grey",
            "whites look gray",
            "dirty white",
            "whites are grey",
            "whites are gray",
            "snow looks grey",
            "snow is grey",
            "snow looks gray",
            "snow is gray",
            "grubby",
            "whites look dirty",
            "grey snow",
            "dirty snow",
            "whites look dull",
        ),
        excess=(
            "whites too bright",
            "white is blinding",
        ),
    ),
    target=Target("highlights", 5),
    prepare=_prepare,
    kernel=_kernel,
    reference=_reference,
)
