"""Run every benchmark and write its table: `python -m benchmarks [NAME ...]`."""

import sys

from benchmarks import ablation, engine, files, neighbours, preview

BENCHMARKS = {
    "engine": engine,
    "files": files,
    "neighbours": neighbours,
    "ablation": ablation,
    "preview": preview,
}

for name in sys.argv[1:] or BENCHMARKS:
    BENCHMARKS[name].main()
