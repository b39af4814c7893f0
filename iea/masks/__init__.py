"""Masks: where a step works. What they say, and what that is on a photo."""

from typing import TYPE_CHECKING, Any

from ._mask import MAX_PARTS, Mask, read_mask

if TYPE_CHECKING:
    from ._evaluate import coefficients, evaluate, warm

__all__ = ["MAX_PARTS", "Mask", "coefficients", "evaluate", "read_mask", "warm"]


def __getattr__(name: str) -> Any:
    """Load what finds masks on photos, and compiles for it, only if there is a mask."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import _evaluate

    return getattr(_evaluate, name)
