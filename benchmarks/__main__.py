"""Run every benchmark and write its table: `python -m benchmarks [NAME ...]`."""

import sys

from benchmarks import ablation, describe, engine, files, masks, neighbours, preview, scaling

BENCHMARKS = {
    "engine": engine,
    "files": files,
    "neighbours": neighbours,
    "ablation": ablation,
    "preview": preview,
    "scaling": scaling,
    "masks": masks,
    "describe": describe,
}

for name in sys.argv[1:] or BENCHMARKS:
    BENCHMARKS[name].main()
