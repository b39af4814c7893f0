"""What a person would see change between two pictures, as numbers."""

from iea.measure.attributes import ATTRIBUTES, Attribute, Effect, Gauge, Reading, effect_of
from iea.measure.distance import likeness, pixel_distance
from iea.measure.program import effect_text, measure_program
from iea.measure.rewards import (
    INVALID,
    Goal,
    Reward,
    edit_reward,
    our_reward,
    refine_reward,
    summary_reward,
)
from iea.measure.rouge import rouge_l
from iea.measure.score import score
from iea.measure.views import without_geometry

__all__ = [
    "ATTRIBUTES",
    "INVALID",
    "Attribute",
    "Effect",
    "Gauge",
    "Goal",
    "Reading",
    "Reward",
    "edit_reward",
    "effect_of",
    "effect_text",
    "likeness",
    "measure_program",
    "our_reward",
    "pixel_distance",
    "refine_reward",
    "rouge_l",
    "score",
    "summary_reward",
    "without_geometry",
]
