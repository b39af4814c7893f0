"""A service of every shape for tests of the chassis: its words say what happens."""

# ruff: noqa: N802 - gRPC names the methods

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from iea import errors
from iea.rpc import context
from iea.rpc.channel import Remote
from iea.v1 import edit_service_pb2 as pb
from iea.v1 import edit_service_pb2_grpc as pb_grpc

VIOLATIONS = (errors.Violation("steps[1].params.ev", "is 9, outside -5..5"),)

ERRORS: dict[str, Callable[[], Exception]] = {
    "invalid": lambda: errors.InvalidError("That is wrong: say it again.", VIOLATIONS),
    "not found": lambda: errors.NotFoundError("It is not there: look elsewhere."),
    "conflict": lambda: errors.ConflictError("Somebody was first: look again."),
    "check": lambda: errors.CheckFailedError("The proof fails at turn t1."),
    "exhausted": lambda: errors.ExhaustedError("Too much at once: try again later."),
    "unavailable": lambda: errors.UnavailableError("cannot reach the planner: is it running?"),
    "late": lambda: context.DeadlineError("The time ran out: allow more."),
    "bug": lambda: KeyError("SECRET words of a user"),
}


class Echo(pb_grpc.EditServiceServicer):
    """Edit answers with the request id and the remaining time, or what its words ask for."""

    def __init__(self, next_address: str = "") -> None:
        self.release = threading.Event()
        self.entered = threading.Semaphore(0)
        self.ended: list[str] = []
        self.closed = False
        self._next = next_address

    def close(self) -> None:
        self.closed = True

    def Edit(self, request: pb.EditRequest, servicer_context: Any) -> pb.EditResponse:
        self.entered.release()
        if request.words in ERRORS:
            raise ERRORS[request.words]()
        if request.words == "wait":
            self.release.wait(10)
        if request.words == "work":
            self._work()
        if request.words == "pass on":
            with Remote(self._next, pb_grpc.EditServiceStub) as remote:
                return remote.call("Edit", pb.EditRequest(words=request.session))
        return pb.EditResponse(head=f"{context.request_id()} {context.remaining():.3f}")

    def _work(self) -> None:
        try:
            while True:
                context.check()
                time.sleep(0.01)
        finally:
            self.ended.append("work")

    def UploadPhoto(
        self, request_iterator: Iterator[pb.UploadPhotoRequest], servicer_context: Any
    ) -> pb.UploadPhotoResponse:
        names = [request.display_name for request in request_iterator]
        for name in names:
            if name in ERRORS:
                raise ERRORS[name]()
        return pb.UploadPhotoResponse()

    def GetSession(
        self, request: pb.GetSessionRequest, servicer_context: Any
    ) -> Iterator[pb.GetSessionResponse]:
        yield pb.GetSessionResponse()
        if request.session in ERRORS:
            raise ERRORS[request.session]()
        yield pb.GetSessionResponse()
