"""JPEG bytes to JPEG bytes on 20 MP: warm in one process, and cold from the command line."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import pyvips

from benchmarks import peers
from benchmarks.engine import photo, ten_tools
from benchmarks.timing import keep, machine, measure, table
from iea import render_bytes
from iea.files import write
from iea.image import Picture, decode, encode

WIDTH, HEIGHT, QUALITY = 5472, 3648, 90
OURS = "IEA, JPEG to JPEG"


def main() -> None:
    """Measure both, and write the tables."""
    pixels = cv2.resize(photo(), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    data = encode(Picture(pixels, None, None, None, None, "jpeg"), ".jpg", quality=QUALITY)
    warm = measure(_warm(data))
    alone = warm["decoding alone"] + warm["encoding alone"]
    lines = [
        "# Files: ten tools on a JPEG of 20 MP",
        "",
        machine(),
        "",
        "Warm, in one process:",
        "",
    ]
    lines += table(warm, to=OURS, column="times IEA")
    lines += ["", f"IEA takes {warm[OURS] / alone:.2f} of decoding and encoding alone.", ""]
    with tempfile.TemporaryDirectory() as folder:
        cold = measure(_cold(Path(folder), data), rounds=3)
    lines += ["Cold, the whole command:", "", *table(cold, to="iea render", column="times IEA")]
    keep("files", lines)


def _warm(data: bytes) -> dict[str, Callable[[], object]]:
    picture, program = decode(data), ten_tools()
    libvips = peers.libvips()

    def by_libvips() -> bytes:
        edited = libvips(decode(data).pixels)
        return bytes(
            pyvips.Image.new_from_memory(edited, WIDTH, HEIGHT, 3, "uchar").jpegsave_buffer(
                Q=QUALITY
            )
        )

    return {
        OURS: partial(render_bytes, data, program, quality=QUALITY),
        "decoding alone": partial(decode, data),
        "encoding alone": partial(encode, picture, ".jpg", quality=QUALITY),
        "libvips, the same steps": by_libvips,
    }


def _cold(folder: Path, data: bytes) -> dict[str, Callable[[], object]]:
    """Return commands for the same kind of edit; a peer that is not installed is left out."""
    source, program, target = folder / "in.jpg", folder / "p.json", folder / "out.jpg"
    write(source, data)
    write(program, ten_tools().canonical)
    command = Path(sys.executable).with_name("iea")
    commands = {"iea render": [command, "render", source, program, "-o", target]}
    if magick := shutil.which("magick") or shutil.which("convert"):
        edits = "-evaluate multiply 1.17 -brightness-contrast 0x20 -gamma 1.1 -level 1%,98%"
        edits += " -modulate 100,110,100 -channel B -evaluate multiply 0.94 +channel"
        commands["ImageMagick, seven steps"] = [
            magick,
            source,
            *edits.split(),
            "-quality",
            QUALITY,
            target,
        ]
    if darktable := shutil.which("darktable-cli"):
        commands["darktable-cli, its default steps"] = [
            darktable,
            source,
            folder / "out-d.jpg",
            "--core",
            "--configdir",
            folder / "config",
        ]
    return {name: partial(_run, [str(part) for part in line]) for name, line in commands.items()}


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)
