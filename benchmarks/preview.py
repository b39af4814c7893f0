"""Frames a second of a preview, as a client sees them over gRPC: five tools on 1920 x 1080."""

import io
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sklearn.datasets
from PIL import Image

from benchmarks.timing import keep, machine
from iea.blobs import Blobs
from iea.program import Program
from iea.rpc import convert
from iea.rpc.channel import Remote
from iea.v1 import renderer_service_pb2 as pb
from iea.v1.renderer_service_pb2_grpc import RendererServiceStub

SECONDS = 5.0
IN_FLIGHT = 3
"""Programs sent ahead of their frames: a client that moves a slider does not wait for each."""
SIZE = (3840, 2160)


def photo() -> bytes:
    """Return a real photo, enlarged to four times the frame's pixels, as a JPEG."""
    folder = Path(sklearn.datasets.__file__).parent / "images"
    out = io.BytesIO()
    with Image.open(folder / "china.jpg") as picture:
        picture.resize(SIZE, Image.Resampling.BICUBIC).save(out, "JPEG", quality=90)
    return out.getvalue()


def change(sequence: int) -> pb.PreviewRequest:
    """Return the message of a slider's next position: five pointwise tools."""
    amounts = {"contrast": 20, "temperature": 15, "saturation": 10, "vibrance": sequence % 100}
    steps = [{"tool": "exposure", "params": {"ev": (sequence % 100) / 100}}] + [
        {"tool": tool, "params": {"amount": amount}} for tool, amount in amounts.items()
    ]
    value = {"toolset": {"name": "iea", "version": "1"}, "steps": steps}
    program = convert.program_to_proto(Program.parse(value))
    return pb.PreviewRequest(change=pb.ChangePreview(sequence=sequence, program=program))


def measure(
    remote: Remote, digest: str, in_flight: int, encoding: Any
) -> tuple[float, list[float]]:
    """Return frames a second and the milliseconds from each program to its frame's last byte."""
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    requests.put(pb.PreviewRequest(open=pb.OpenPreview(photo_sha256=digest, encoding=encoding)))
    answers = (a for a in remote.stream("Preview", iter(requests.get, None)) if a.last)
    next(answers)
    sent: dict[int, float] = {}

    def send() -> None:
        sequence = len(sent) + 1
        message = change(sequence)
        sent[sequence] = time.perf_counter()
        requests.put(message)

    for _ in range(in_flight):
        send()
    started, latencies, shown = time.perf_counter(), [], 0
    while time.perf_counter() - started < SECONDS:
        answer = next(answers)
        latencies.append((time.perf_counter() - sent[answer.sequence]) * 1e3)
        # One for the frame, and one for each program that it replaced.
        for _ in range(answer.sequence - shown):
            send()
        shown = answer.sequence
    rate = len(latencies) / (time.perf_counter() - started)
    requests.put(None)
    return rate, latencies


def rows() -> Iterator[str]:
    """Yield the table's lines."""
    yield "| frames | programs ahead | frames a second | latency p50, ms | p95, ms |"
    yield "|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        digest = Blobs(Path(folder) / "blobs").put(photo())
        with serving(folder) as address, Remote(address, RendererServiceStub) as remote:
            for name, encoding in (("JPEG", 1), ("RGB", 2)):
                for ahead in (1, IN_FLIGHT):
                    rate, latencies = measure(remote, digest, ahead, encoding)
                    p50 = statistics.median(latencies)
                    p95 = statistics.quantiles(latencies, n=20)[-1]
                    yield f"| {name} | {ahead} | {rate:.0f} | {p50:.1f} | {p95:.1f} |"


@contextmanager
def serving(folder: str) -> Iterator[str]:
    """Run the renderer's service in a process of its own; yields its address."""
    command = [sys.executable, "-m", "services.renderer", "--port", "0"]
    environ = {**os.environ, "IEA_DATA_DIR": folder}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        yield json.loads(server.stderr.readline())["address"]
        server.terminate()


def main() -> None:
    """Measure and write the table: client and server share the machine."""
    title = "# Previews of 1920 × 1080 with five pointwise tools, over gRPC"
    keep("preview", [title, "", machine(), "", *rows()])
