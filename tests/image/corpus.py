"""Thousands of malformed photos, made from small good ones; the same ones at every run.

`python -m tests.image.corpus FORMAT` decodes those of a format, in this very process, under limits
of memory and time, and prints one JSON line of what came of them. A fault of a native library ends
the process: the line before it, flushed, then names the file that did it.
"""

import faulthandler
import json
import random
import resource
import signal
import struct
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from iea.errors import InvalidError
from iea.image import decode, decode_small, probe
from tests import images

KIB = 1 << 10
SECONDS = 5
MEMORY = 1 << 30
PER_FORMAT = 300

Files = Iterator[tuple[str, bytes]]


def _linear(width: int = 64, height: int = 48) -> np.ndarray:
    return (images.scene(width, height) / 255.0) ** 2.2


def _metadata(kind: str) -> bytes:
    exif = images.camera_exif(6, thumbnail=kind != "tiff")
    return images.with_metadata(kind, images.scene(64, 48), exif, images.xmp_packet(6))


def _heic() -> bytes:
    return images.heic(
        images.scene(128, 64),
        exif=b"Exif\0\0" + images.camera_exif(),
        xmp=images.xmp_packet(),
        icc_profile=images.srgb_profile(),
    )


def _frames(kind: str) -> bytes:
    first = images.Image.fromarray(images.scene(64, 48))
    return images.save(first, kind, save_all=True, append_images=[first.rotate(90)] * 2)


# Good files of each format, small ones: what breaks a decoder is in the structure.
GOOD: dict[str, list[Callable[[], bytes]]] = {
    "jpeg": [
        lambda: images.save(images.scene(200, 120), "jpeg", quality=95),
        lambda: images.save(images.scene(200, 120), "jpeg", progressive=True),
        partial(_metadata, "jpeg"),
    ],
    "png": [
        lambda: images.save(images.scene(80, 50), "png", icc_profile=images.srgb_profile()),
        lambda: images.png_interlaced(images.scene(40, 30)),
        lambda: images.png_16bit(images.gradient(48, 32)),
        partial(_metadata, "png"),
    ],
    "webp": [
        lambda: images.save(images.scene(200, 120), "webp"),
        lambda: images.save(images.scene(48, 32), "webp", lossless=True),
        partial(_metadata, "webp"),
        partial(_frames, "webp"),
    ],
    "tiff": [
        lambda: images.save(images.scene(48, 32), "tiff"),
        lambda: images.save(images.scene(48, 32), "tiff", compression="tiff_lzw"),
        lambda: images.save(images.scene(48, 32), "tiff", compression="jpeg"),
        lambda: images.save(images.scene(48, 32), "tiff", compression="tiff_adobe_deflate"),
        partial(_metadata, "tiff"),
        partial(_frames, "tiff"),
    ],
    "avif": [
        lambda: images.save(images.scene(128, 64), "avif"),
        lambda: images.avif_deep(images.gradient(64, 48), 10),
        partial(_metadata, "avif"),
        partial(_frames, "avif"),
    ],
    "heic": [
        lambda: images.heic(images.scene(128, 64)),
        lambda: images.heic(images.gradient(64, 48), bits=10),
        _heic,
    ],
    "raw": [
        lambda: images.dng(_linear()),
        lambda: images.dng(_linear(32, 24), orientation=6, xmp=images.xmp_packet()),
    ],
}


def malformed(kind: str) -> Files:
    """All malformed files of a format: at least `PER_FORMAT`, each with what was done to it."""
    good = [make() for make in GOOD[kind]]
    yield from _truncated(good)
    yield from HOSTILE[kind]()
    chance = random.Random(kind)
    for turn in range(PER_FORMAT):
        yield _flipped(good[turn % len(good)], turn, chance)


def _truncated(good: list[bytes]) -> Files:
    for number, data in enumerate(good):
        step = min(KIB, len(data) // 12)
        for cut in range(0, len(data), step):
            yield f"file {number} cut at {cut}", data[:cut]


def _flipped(data: bytes, turn: int, chance: random.Random) -> tuple[str, bytes]:
    """Some bytes changed, half of the time in the head alone, where it is worst."""
    broken = bytearray(data)
    reach = min(len(data), chance.choice([200, 600, len(data)]))
    for _ in range(chance.choice([1, 1, 2, 4, 16])):
        at = chance.randrange(4, reach)
        broken[at] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
    return f"flipped, turn {turn}", bytes(broken)


def _jpeg() -> Files:
    small = images.save(images.scene(32, 16), "jpeg")
    frame = small.index(b"\xff\xc0")
    for height, width in ((65_500, 65_500), (65_535, 1), (1, 65_535), (0, 16), (16, 0)):
        at = frame + 5
        sized = small[:at] + struct.pack(">HH", height, width) + small[at + 4 :]
        yield f"{width} x {height}", sized
    for marker in (0xC2, 0xC3, 0xC5, 0xC9, 0xCA, 0xF7):
        yield f"marker {marker:x}", small[: frame + 1] + bytes([marker]) + small[frame + 2 :]
    progressive = images.save(images.scene(64, 48), "jpeg", progressive=True)
    last = progressive.rindex(b"\xff\xda")
    yield "many scans", progressive[:-2] + progressive[last:-2] * 5000 + b"\xff\xd9"
    for number, exif in enumerate(absurd_exif()):
        segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif
        yield f"EXIF {number}", small[:2] + segment + small[2:]
    part = b"\xff\xe2\xff\xff" + b"ICC_PROFILE\0"
    profile = b"".join(part + bytes([n, 255]) + bytes(65_519) for n in range(1, 256))
    yield "a profile of 16 MB", small[:2] + profile + small[2:]


def _png() -> Files:
    start, end = b"\x89PNG\r\n\x1a\n", images.png_chunk(b"IEND", b"")
    whole = images.save(images.scene(16, 16), "png")

    def headed(*fields: int, rows: bytes = b"") -> bytes:
        header = images.png_chunk(b"IHDR", struct.pack(">IIBBBBB", *fields))
        return start + header + images.png_chunk(b"IDAT", zlib.compress(rows)) + end

    for side in (0, 0x7FFFFFFF, 0xFFFFFFFF, 60_000, 65_536):
        yield f"side {side}", headed(side, side, 8, 2, 0, 0, 0)
    for depth in (0, 3, 32):
        yield f"depth {depth}", headed(8, 8, depth, 2, 0, 0, 0)
    yield "a bomb in the rows", headed(16, 16, 8, 2, 0, 0, 0, rows=bytes(50 << 20))
    for name, lead in ((b"iCCP", b"x\0\0"), (b"zTXt", b"XML:com.adobe.xmp\0\0")):
        chunk = images.png_chunk(name, lead + zlib.compress(bytes(100 << 20), 9))
        yield f"a bomb in {name.decode()}", whole[:33] + chunk + whole[33:]
    packed = zlib.compress(bytes(100 << 20), 9)
    text = images.png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed)
    yield "a bomb in iTXt", whole[:33] + text + whole[33:]
    yield "many chunks", whole[:33] + images.png_chunk(b"tEXt", b"a\0b") * 20_000 + whole[33:]
    for number, exif in enumerate(absurd_exif()):
        yield f"EXIF {number}", whole[:33] + images.png_chunk(b"eXIf", exif) + whole[33:]


def _webp() -> Files:
    def riff(*chunks: tuple[bytes, bytes]) -> bytes:
        body = b"".join(
            name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
            for name, content in chunks
        )
        return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body

    plain = images.save(images.scene(16, 16), "webp")[12:]
    frame = (plain[:4], plain[8:])
    largest = b"\xff\xff\xff" * 2
    for flags in (0, 2, 4, 8, 32, 62):
        yield f"a giant canvas, {flags}", riff((b"VP8X", bytes([flags, 0, 0, 0]) + largest), frame)
    for number, exif in enumerate(absurd_exif()):
        canvas = (b"VP8X", bytes([8, 0, 0, 0, 15, 0, 0, 15, 0, 0]))
        yield f"EXIF {number}", riff(canvas, frame, (b"EXIF", exif))
        yield f"ICC {number}", riff((b"VP8X", b"\x20" + canvas[1][1:]), (b"ICCP", exif), frame)
    animation = _frames("webp")
    at = animation.index(b"ANMF") + 8
    for field in (0, 3, 6, 9):
        broken = animation[: at + field] + b"\xff\xff\xff" + animation[at + field + 3 :]
        yield f"a frame's field at {field}", broken


def _tiff() -> Files:
    small = images.save(images.scene(32, 16), "tiff")
    first = struct.unpack_from("<I", small, 4)[0]
    count = struct.unpack_from("<H", small, first)[0]
    for entry in range(first + 2, first + 2 + 12 * count, 12):
        tag = struct.unpack_from("<H", small, entry)[0]
        for value in (0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF):
            for at in (entry + 4, entry + 8):
                lie = small[:at] + struct.pack("<I", value) + small[at + 4 :]
                yield f"tag {tag} says {value} at {at - entry}", lie
    page = {256: (4, struct.pack("<I", 16)), 257: (4, struct.pack("<I", 16))}
    yield "a loop of pages", images.tiff_pages(page, page, loop=True)
    yield "many pages", images.tiff_pages(*([page] * 3000))
    nested = page | {330: (4, struct.pack("<I", 8))}
    yield "a directory in itself", images.tiff_pages(nested)
    wide = page | {330: (4, struct.pack("<I", 8) * 5000)}
    yield "5000 ways into itself", images.tiff_pages(wide, wide)
    yield "65535 entries", b"II*\0\x08\0\0\0" + b"\xff\xff" + bytes(12 * 65_535)
    tiles = page | {322: (4, b"\xf0\xff\xff\x7f"), 323: (4, b"\xf0\xff\xff\x7f")}
    yield "giant tiles", images.tiff_pages(tiles)
    big = struct.pack("<2sHHHQQ", b"II", 43, 8, 0, 16, 0xFFFFFFFFFFFFFFFF)
    yield "a BigTIFF of endless entries", big + bytes(100)


def _iso(kind: str) -> Files:
    """Boxes that lie about their sizes and counts, wherever a box begins."""
    data = GOOD[kind][0]()
    boxes = [
        b"ftyp", b"meta", b"hdlr", b"pitm", b"iloc", b"iinf", b"infe", b"iprp", b"ipco", b"ispe",
        b"pixi", b"ipma", b"colr", b"mdat", b"av1C", b"hvcC",
    ]  # fmt: skip
    for box in boxes:
        at = data.find(box)
        if at < 4:
            continue
        for size in (0, 1, 7, 8, 0x7FFFFFFF, 0xFFFFFFFF):
            yield f"{box!r} of {size}", data[: at - 4] + struct.pack(">I", size) + data[at:]
        for after in (4, 8, 12):
            for value in (0, 0xFFFF, 0xFFFFFFFF):
                cut = at + after
                broken = data[:cut] + struct.pack(">I", value) + data[cut + 4 :]
                yield f"{box!r} says {value} at {after}", broken
        yield f"{box!r} again and again", data[: at - 4] + data[at - 4 :] * 50


def _raw() -> Files:
    small = images.dng(_linear(32, 24))
    first = struct.unpack_from("<I", small, 4)[0]
    count = struct.unpack_from("<H", small, first)[0]
    for entry in range(first + 2, first + 2 + 12 * count, 12):
        tag = struct.unpack_from("<H", small, entry)[0]
        for value in (0, 0xFFFF, 0xFFFFFFFF):
            for at in (entry + 4, entry + 8):
                lie = small[:at] + struct.pack("<I", value) + small[at + 4 :]
                yield f"tag {tag} says {value} at {at - entry}", lie
    for start in (b"FUJIFILMCCD-RAW ", b"IIU\0\x08\0\0\0", b"IIRO\x08\0\0\0", b"MMOR\0\0\0\x08"):
        yield f"{start!r} and nothing", start + bytes(4000)
        yield f"{start!r} and a DNG", start + small[len(start) :]
    yield "a CR3 and nothing", b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(4000)


def absurd_exif() -> list[bytes]:
    """EXIF blocks that point to themselves, count to billions, or stop anywhere."""
    entry = "<HHII"
    to_itself = struct.pack(entry, 0x8769, 4, 1, 8) + struct.pack(entry, 0x8825, 4, 1, 8)
    counts = [struct.pack(entry, 0x010F, kind, 0xFFFFFFFF, 8) for kind in range(14)]
    start = b"II*\0\x08\0\0\0"
    return [
        start + struct.pack("<H", 2) + to_itself + struct.pack("<I", 8),
        start + struct.pack("<H", 14) + b"".join(counts) + bytes(4),
        start + struct.pack("<H", 0xFFFF) + to_itself * 2000,
        b"MM\0*\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0",
        b"Exif\0\0" * 100,
        start + struct.pack("<H", 1) + struct.pack(entry, 0x927C, 7, 60_000, 26) + bytes(60_004),
    ]


HOSTILE: dict[str, Callable[[], Files]] = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "tiff": _tiff,
    "avif": partial(_iso, "avif"),
    "heic": partial(_iso, "heic"),
    "raw": _raw,
}


def judge(kind: str) -> dict[str, object]:
    """Decodes every file; what else than a picture or an InvalidError came is under `wrong`."""
    tally: Counter[str] = Counter()
    wrong, slowest = [], 0.0
    attempts = (decode, partial(decode_small, size=32), probe)
    for number, (what, data) in enumerate(malformed(kind)):
        sys.stdout.write(f"{what}\n")
        sys.stdout.flush()
        started = time.perf_counter()
        signal.alarm(SECONDS + 1)
        try:
            # The small copy and the header are tried on some, as most of their way is the same.
            for attempt in attempts if number % 4 == 0 else attempts[:1]:
                attempt(data)
            tally["picture"] += 1
        except InvalidError:
            tally["refused"] += 1
        except BaseException as error:
            wrong.append(f"{what}: {error!r}")
        slowest = max(slowest, time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB
    return {**tally, "wrong": wrong, "slowest": round(slowest, 2), "peak": peak}


def main() -> None:
    """Judges the format in the first argument, and prints what came of it as the last line."""
    faulthandler.enable()
    for make in GOOD.values():
        decode(make[0]())  # All libraries are loaded, with their threads.
    own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (own + MEMORY, own + MEMORY))
    sys.stdout.write(json.dumps(judge(sys.argv[1])) + "\n")


if __name__ == "__main__":
    main()
