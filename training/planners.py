"""Planners that answer records: the service, as its clients ask it, and one that does nothing."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from iea.errors import UnavailableError
from iea.program import Program, diff
from iea.rpc import convert
from iea.rpc.channel import Remote
from iea.v1 import planner_service_pb2 as pb
from iea.v1.planner_service_pb2_grpc import PlannerServiceStub
from training.records import Dataset, Record

AUTO = "make it look good"
"""What a planner is asked in place of the user's words, for figures without language."""
START_S = 60.0
"""Seconds that a service may take to start."""


@dataclass(frozen=True)
class Answer:
    """What a planner answered to a record, and how long it took, in seconds."""

    kind: str
    program: Program
    seconds: float = 0.0


def nothing(records: Iterable[Record]) -> Iterator[Answer]:
    """Answer every record by leaving the picture as it is."""
    return (Answer("no_change", record.start) for record in records)


class Planner:
    """A planner's service at an address, which holds the photos of the records that it is asked."""

    def __init__(self, address: str) -> None:
        self._remote = Remote(address, PlannerServiceStub)

    def name(self) -> str:
        """Return who answers: backend, model and version."""
        who = self._remote.call("GetPlanner", pb.GetPlannerRequest()).planner
        return f"{who.backend} {who.model} {who.version}"

    def answers(self, records: Iterable[Record], words: str = "") -> Iterator[Answer]:
        """Ask what every record says, or `words` instead."""
        for record in records:
            request = pb.PlanRequest(
                photo_sha256=record.photo, words=words or record.words, history=_history(record)
            )
            start = time.perf_counter()
            answer = self._remote.call("Plan", request)
            yield Answer(
                convert.kind_from_proto(answer.reply.kind),
                convert.program_from_proto(answer.program),
                time.perf_counter() - start,
            )

    def close(self) -> None:
        """Close the connection."""
        self._remote.close()


def _history(record: Record) -> list[pb.PastTurn]:
    """Return the turns before: what was said in them is known, what each did only in sum."""
    if not record.start.steps:
        return []
    return [
        pb.PastTurn(
            words=" ".join(record.history),
            patch=convert.patch_to_proto(diff(Program(), record.start)),
            program=convert.program_to_proto(record.start),
        )
    ]


@contextmanager
def serving(data: Dataset, log: Path, model: Path | None = None) -> Iterator[Planner]:
    """Run the embedded planner on the photos of a data set while the context lasts.

    `model` is the folder of a small model, by default the one that the service comes with; the
    service's output goes to `log`. Raises `UnavailableError` where it does not start.
    """
    environ = {**os.environ, "IEA_DATA_DIR": str(data.folder.absolute())}
    if model is not None:
        environ["IEA_PLANNER_MODEL"] = str(model.absolute())
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with log.open("ab") as output:
        service = subprocess.Popen(  # noqa: S603 - our own service
            [sys.executable, "-m", "services.planner", "--port", str(port)],
            env=environ,
            stdout=output,
            stderr=output,
        )
    planner = Planner(f"127.0.0.1:{port}")
    try:
        _wait(planner, service, log)
        yield planner
    finally:
        planner.close()
        service.terminate()
        service.wait()


def _wait(planner: Planner, service: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_S
    while service.poll() is None and time.monotonic() < end:
        try:
            planner.name()
        except UnavailableError:
            time.sleep(0.1)
        else:
            return
    raise UnavailableError(f"The planner did not start: see {log}.")
