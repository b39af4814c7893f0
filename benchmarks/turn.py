"""One turn on a photo of 12 MP with the services warm: from words to the file on the disk."""

import io
import statistics
import tempfile
import time
from pathlib import Path

from PIL import Image

from benchmarks.timing import keep, machine
from iea.client import Client
from iea.files import write
from iea.settings import Settings
from services import local
from tests.photos import PHOTOS

SIZE = (4000, 3000)
LIMIT_MS, PLAN_LIMIT_MS = 700, 120
REQUESTS = (
    "make it warmer and lift the shadows",
    "a bit brighter, please",
    "this was such a lovely day but it looks like a funeral, help",
    "give it a film noir look",
    "cinematic",
    "darken the sky",
    "more contrast but keep the colours",
    "crop it to a square",
    "hazlo un poco más luminoso",
    "fix it",
)


def photo() -> bytes:
    """Return a real photo, enlarged to 12 MP, as a JPEG."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(PHOTOS["temple"].data())) as picture:
        large = picture.convert("RGB").resize(SIZE, Image.Resampling.BICUBIC)
        large.save(out, "JPEG", quality=90)
    return out.getvalue()


def main() -> None:
    """Measure each request in a session of its own, and write the table."""
    rows, totals, plans = [], [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        local.run(Settings(data_dir=Path(folder))) as address,
        Client(address) as client,
    ):
        digest = client.upload(photo()).sha256
        for words in REQUESTS:  # the first time, kernels are loaded and the photo is decoded
            client.edit(client.create_session(digest), words)
        for words in REQUESTS:
            session = client.create_session(digest)
            start = time.perf_counter()
            turn = client.edit(session, words)
            write(Path(folder) / "out.jpg", client.download(session, ".jpg"))
            totals.append(1000 * (time.perf_counter() - start))
            plans.append(turn["timings_ms"]["plan"])
            steps = len(turn["program"]["steps"])
            rows.append(f"| {words} | {steps} | {plans[-1]:.0f} | {totals[-1]:.0f} |")
    keep(
        "turn",
        [
            "# A turn on a photo of 12 MP, from words to the file, services warm",
            "",
            machine(),
            "",
            "| words | steps | understanding and solving, ms | in all, ms |",
            "|---|---:|---:|---:|",
            *rows,
            "",
            f"Medians: {statistics.median(plans):.0f} ms (limit {PLAN_LIMIT_MS}) and "
            f"{statistics.median(totals):.0f} ms (limit {LIMIT_MS}).",
        ],
    )
