"""Carries programs out, exactly and always from the original."""
