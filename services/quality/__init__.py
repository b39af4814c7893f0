"""Measures what edits did."""
