"""Regions found on real photos, measured against masks drawn by hand: overlap and time."""

import statistics
import time
from collections.abc import Iterator

from benchmarks.timing import keep, machine
from iea.masks import warm
from tests.masks.hand import Score, find, names, score
from tests.photos import PHOTOS

REGIONS = ("sky", "face", "subject", "background")
ROUNDS = 5


def measure(name: str) -> tuple[Score, float]:
    """Return how a found mask agrees with the drawn one, and the median of milliseconds."""
    photo, region = name.split("-")
    pixels = PHOTOS[photo].pixels()
    milliseconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        found = find(pixels, region)
        milliseconds.append((time.perf_counter() - start) * 1e3)
    return score(name, found), statistics.median(milliseconds)


def rows() -> Iterator[str]:
    """Yield the table's lines: every drawn mask, and the mean of each region."""
    yield "| region | photo | kind | IoU | precision | recall | ms |"
    yield "|---|---|---|---:|---:|---:|---:|"
    for region in REGIONS:
        results = []
        for name in (n for n in names() if n.endswith(f"-{region}")):
            found, ms = measure(name)
            results.append((*found, ms))
            photo = name.split("-")[0]
            yield f"| {region} | {photo} | {PHOTOS[photo].kind} | {_numbers(results[-1])} |"
        means = [statistics.mean(column) for column in zip(*results, strict=True)]
        yield f"| **{region}** | mean of {len(results)} | | {_numbers(means)} |"


def _numbers(values: list[float] | tuple[float, ...]) -> str:
    *shares, ms = values
    return " | ".join([*(f"{share:.2f}" for share in shares), f"{ms:.0f}"])


def alarms() -> Iterator[str]:
    """Yield the table of photos without a region on which one was found all the same."""
    yield "| region | photos without one | found all the same |"
    yield "|---|---:|---|"
    for region in ("sky", "face"):
        without = [photo.name for photo in PHOTOS.values() if region not in photo.regions]
        shares = {name: float(find(PHOTOS[name].pixels(), region).mean()) for name in without}
        wrong = [f"{name} ({share:.0%} of it)" for name, share in shares.items() if share]
        yield f"| {region} | {len(without)} | {', '.join(wrong) or 'none'} |"


def main() -> None:
    """Measure and write the tables."""
    warm()
    lines = ["# Regions against masks drawn by hand", "", machine()]
    lines += ["The masks are in tests/masks/hand, the photos' licences in tests/photos.py. Time is"]
    lines += ["with the photo in memory: making the small copy of 512 pixels, and finding."]
    keep("masks", [*lines, "", *rows(), "", *alarms()])
