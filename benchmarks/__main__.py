"""Run every benchmark and write its table: `python -m benchmarks [NAME ...]`."""

import sys

from benchmarks import (
    ablation,
    describe,
    engine,
    files,
    masks,
    neighbours,
    preview,
    rewards,
    scaling,
    turn,
)
from benchmarks.understanding import table as understanding

BENCHMARKS = {
    "engine": engine,
    "files": files,
    "neighbours": neighbours,
    "ablation": ablation,
    "rewards": rewards,
    "preview": preview,
    "scaling": scaling,
    "masks": masks,
    "describe": describe,
    "understanding": understanding,
    "turn": turn,
}

for name in sys.argv[1:] or BENCHMARKS:
    BENCHMARKS[name].main()
