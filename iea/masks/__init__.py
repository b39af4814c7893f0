"""Masks: where a step works. What they say, and what that is on a photo."""

from ._evaluate import coefficients, evaluate, warm
from ._mask import MAX_PARTS, Mask, read_mask

__all__ = ["MAX_PARTS", "Mask", "coefficients", "evaluate", "read_mask", "warm"]
