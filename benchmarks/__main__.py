"""Run every benchmark and write its table: `python -m benchmarks`."""

from benchmarks import engine

engine.main()
