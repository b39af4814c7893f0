"""The embedded planner's language part: a small model for meaning, plain code for numbers."""

from services.planner.embedded.backend import MODEL, Embedded

__all__ = ["MODEL", "Embedded"]
