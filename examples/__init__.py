"""Things to try, each run as `python -m examples.NAME`."""
