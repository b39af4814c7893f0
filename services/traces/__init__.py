"""Keeps the record of every session: append-only, hash-chained, replayable."""
