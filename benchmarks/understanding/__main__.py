"""Measure the planner's understanding: `python -m benchmarks.understanding [--quick]`."""

import sys

from benchmarks.understanding.table import main

main(quick="--quick" in sys.argv)
