"""Two pictures compared, and both with a reference."""

import numpy as np

from iea.errors import InvalidError
from iea.image import Picture, to_8bit
from iea.measure.attributes import Effect, Gauge, effect_of
from iea.measure.distance import likeness, pixel_distance
from iea.measure.lab import lab


def score(
    original: Picture, edited: Picture, reference: Picture | None = None
) -> tuple[Effect, dict[str, float]]:
    """Compare an edited picture with its original.

    Returns the effect and the metrics: `pixel_distance` (0..1), `delta_e` (mean CIE 1976 colour
    difference); with a reference also `distance_before` and `distance_after` to it and `likeness`
    (1: reached, 0: no nearer, at least -1).

    Raises `InvalidError` where the sizes differ.
    """
    for name, other in (("edited picture", edited), ("reference", reference)):
        if other is not None and other.pixels.shape != original.pixels.shape:
            raise InvalidError(
                f"The {name} is {other.width}x{other.height} and the original "
                f"{original.width}x{original.height}: compare pictures of the same size."
            )
    before, after = to_8bit(original.pixels), to_8bit(edited.pixels)
    gauge = Gauge(before)
    difference = np.square(lab(before) - lab(after)).sum(axis=0)
    metrics = {
        "pixel_distance": pixel_distance(original, edited),
        "delta_e": float(np.sqrt(difference).mean()),
    }
    if reference is not None:
        metrics |= _likeness(original, edited, reference)
    return effect_of(gauge.original, gauge.read(after)), metrics


def _likeness(original: Picture, edited: Picture, reference: Picture) -> dict[str, float]:
    before, after = pixel_distance(original, reference), pixel_distance(edited, reference)
    return {
        "distance_before": before,
        "distance_after": after,
        "likeness": likeness(before, after),
    }
