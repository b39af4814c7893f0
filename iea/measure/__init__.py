"""What a person would see change between two pictures, as numbers."""

from iea.measure.attributes import ATTRIBUTES, Attribute, Effect, Gauge, Reading, effect_of
from iea.measure.distance import pixel_distance
from iea.measure.program import effect_text, measure_program
from iea.measure.score import score
from iea.measure.views import without_geometry

__all__ = [
    "ATTRIBUTES",
    "Attribute",
    "Effect",
    "Gauge",
    "Reading",
    "effect_of",
    "effect_text",
    "measure_program",
    "pixel_distance",
    "score",
    "without_geometry",
]
