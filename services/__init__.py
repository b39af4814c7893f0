"""The applications: one folder each, run as `python -m services.NAME`."""
