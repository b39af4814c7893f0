"""The demo: a real photo edited in three turns, explained, measured, recorded and replayed.

The photo is china.jpg of scikit-learn's data sets: by danielbuechele, CC BY 2.0.
"""

import io
import sys
import tempfile
import time
from pathlib import Path

import sklearn.datasets
from PIL import Image, ImageDraw, ImageFont

from iea import cli

OUT = Path("out/demo")
TURNS = (
    "make it warmer and lift the shadows",
    "a little less",
    "more vivid colours, but leave the highlights alone, and a soft vignette",
)
NEXT = f"""
What to try next:
  look at {OUT}/sheet.png                   before and after
  .venv/bin/iea explain {OUT}/trace.json    the whole story
  .venv/bin/iea edit {OUT}/original.jpg "black and white with a bit of grain" -o {OUT}/bw.jpg
  make studio                               the same in the browser
"""


def main() -> int:
    """Run the demo; returns the exit status."""
    OUT.mkdir(parents=True, exist_ok=True)
    photo = Path(sklearn.datasets.__file__).parent / "images" / "china.jpg"
    original, edited, trace = (OUT / n for n in ("original.jpg", "edited.jpg", "trace.json"))
    original.write_bytes(photo.read_bytes())
    print("Photo: china.jpg of scikit-learn, by danielbuechele, CC BY 2.0\n", flush=True)
    start = time.perf_counter()
    status = cli.main(["edit", str(original), *TURNS, "-o", str(edited), "--trace", str(trace)])
    took = time.perf_counter() - start
    print(f"\nThe conversation took {took:.1f} s. Is the record true? Every turn rendered again:")
    status = status or cli.main(["replay", str(trace), str(original)])
    if status == 0:
        (OUT / "sheet.png").write_bytes(sheet(original, edited))
        print(f"\nWritten to {OUT}: original.jpg, edited.jpg, sheet.png, trace.json")
        print(NEXT, end="")
    return status


def sheet(before: Path, after: Path) -> bytes:
    """Return a PNG with two pictures side by side, named."""
    pictures = [Image.open(path).convert("RGB") for path in (before, after)]
    width, height = pictures[0].size
    bar, gap = max(24, height // 14), max(4, width // 80)
    page = Image.new("RGB", (2 * width + 3 * gap, height + bar + gap), "white")
    draw = ImageDraw.Draw(page)
    for i, (title, picture) in enumerate(zip(("before", "after"), pictures, strict=True)):
        left = gap + i * (width + gap)
        page.paste(picture, (left, bar))
        font = ImageFont.load_default(bar * 0.6)
        draw.text((left, bar // 2), title, "black", font, anchor="lm")
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()


if __name__ == "__main__":
    # Its own stores, so that the demo leaves nothing behind in the user's.
    import os

    with tempfile.TemporaryDirectory(prefix="iea-demo-") as folder:
        os.environ.setdefault("IEA_DATA_DIR", folder)
        sys.exit(main())
