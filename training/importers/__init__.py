"""Readers of other people's data: edits in the user's own copies of data sets, and our own traces.

Each has a function `read(folder, skipped)` that yields a `Pair` at a time; `to_records` makes
records of them. What each folder looks like, what is mapped and what is not: docs/training-data.md.
"""

from training.importers.pairs import Pair, to_records

__all__ = ["Pair", "to_records"]
