"""The planner's language model beside its limits: size, loading, memory, and time on one core.

`python -m benchmarks language`: the requests of `benchmarks.understanding`, each read whole and in
its spans, as the planner reads them, by a fresh process on one core.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.timing import keep
from benchmarks.understanding import read_rows
from iea.program import Program
from services.planner.backend import Context
from services.planner.embedded.backend import MODEL, Embedded

LIMITS = {
    "size of the model's files, MB": 25,
    "loading, s": 1.5,
    "memory of the process at its peak, MB": 300,
    "reading a request, median, ms": 60,
    "reading a request, 95 of 100, ms": 60,
}
"""What is measured, and what it may be."""


def main() -> None:
    """Measure in a process of its own, and write the table."""
    command = [sys.executable, "-m", "benchmarks.language"]
    measured = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    keep("language", _report(dict(zip(LIMITS, measured, strict=True))))


def _report(measured: Mapping[str, float]) -> Iterator[str]:
    yield "# The language model of the embedded planner"
    yield ""
    many = len(read_rows("requests.tsv"))
    yield f"Measured on one core, on {many} requests; each is read whole and in spans."
    yield ""
    yield "| | measured | limit |"
    yield "|---|---:|---:|"
    for name, limit in LIMITS.items():
        yield f"| {name} | {measured[name]:.3g} | {limit} |"


def _child() -> list[float]:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    asked = [request[3] for request in read_rows("requests.tsv")]
    size = sum(path.stat().st_size for path in MODEL.iterdir()) / 1e6
    start = time.perf_counter()
    planner, nothing = Embedded(), Context(Program(), ())
    planner.understand("warmer", nothing)
    loaded = time.perf_counter() - start
    took = []
    for words in asked:
        start = time.perf_counter()
        planner.understand(words, nothing)
        took.append(1000 * (time.perf_counter() - start))
    return [size, loaded, _peak_mb(), statistics.median(took), statistics.quantiles(took, n=20)[-1]]


def _peak_mb() -> float:
    """Return the most memory that this process has had; `getrusage` counts its parent's too."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024 / 1e6


if __name__ == "__main__":
    print(json.dumps(_child()))
