"""Run every benchmark and write its table: `python -m benchmarks [NAME ...]`."""

import sys

from benchmarks import (
    ablation,
    describe,
    distil,
    engine,
    files,
    language,
    masks,
    neighbours,
    preview,
    rewards,
    scaling,
    stages,
    synthetic,
    turn,
)
from benchmarks.understanding import table as understanding

BENCHMARKS = {
    "engine": engine,
    "files": files,
    "neighbours": neighbours,
    "ablation": ablation,
    "rewards": rewards,
    "synthetic": synthetic,
    "preview": preview,
    "scaling": scaling,
    "stages": stages,
    "masks": masks,
    "describe": describe,
    "language": language,
    "distil": distil,
    "understanding": understanding,
    "turn": turn,
}

for name in sys.argv[1:] or BENCHMARKS:
    BENCHMARKS[name].main()
