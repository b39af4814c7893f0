"""The embedded backend: hand-written rules over the tools' own words. English, and no model."""

from services.planner.embedded.rules import Rules

__all__ = ["Rules"]
