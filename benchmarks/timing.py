"""How contenders are timed: taking turns in one run, medians, as ratios to one of them."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def measure(contenders: Mapping[str, Callable[[], object]], rounds: int = 5) -> dict[str, float]:
    """Return each contender's median of seconds; they take turns, so that drift hits all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for round_ in range(rounds + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            if round_:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def table(medians: Mapping[str, float], *, to: str, column: str) -> Iterable[str]:
    """Yield a table of milliseconds, and of how many times `to` each is."""
    yield f"| who | ms | {column} |"
    yield "|---|---:|---:|"
    for name, value in medians.items():
        yield f"| {name} | {1000 * value:.0f} | {value / medians[to]:.2f} |"


def machine() -> str:
    """Say in a sentence what it was measured on."""
    cores = len(os.sched_getaffinity(0))
    return f"Measured on {cores} core{'s' * (cores > 1)} ({platform.machine()})."


def keep(name: str, lines: Iterable[str]) -> None:
    """Print a page of results and write it to benchmarks/results."""
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text)
