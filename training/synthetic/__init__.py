"""Synthetic data: programs as people ask for them, words for them, and what comes of both."""

from training.synthetic.generate import Settings, generate

__all__ = ["Settings", "generate"]
