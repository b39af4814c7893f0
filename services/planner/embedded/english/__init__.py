"""English by rules: a second opinion on plain wishes, where words and their order say it all."""

from services.planner.embedded.english.lexicon import read_data
from services.planner.embedded.english.rules import read

TOOLS = tuple(read_data("tools"))
"""The tools that the rules know words for."""

__all__ = ["TOOLS", "read"]
