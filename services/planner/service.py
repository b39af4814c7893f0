"""PlannerService over `plan`."""

from collections.abc import Sequence

import grpc

from iea.blobs import Blobs, Store
from iea.errors import InvalidError
from iea.image import decode
from iea.program import Program
from iea.rpc import convert
from iea.rpc.server import Service
from iea.settings import Settings
from iea.v1 import planner_service_pb2 as pb
from iea.v1 import planner_service_pb2_grpc as pb_grpc
from services.planner.backend import Backend
from services.planner.copies import Copies
from services.planner.dialogue import Turn
from services.planner.embedded import MODEL, Embedded
from services.planner.plan import Request, plan
from services.planner.view import View


class PlannerService(pb_grpc.PlannerServiceServicer):
    """Translates between messages and `plan`."""

    def __init__(self, blobs: Store, copies: Copies, backend: Backend) -> None:
        self._blobs = blobs
        self._copies = copies
        self._backend = backend

    def Plan(  # noqa: N802
        self, request: pb.PlanRequest, context: grpc.ServicerContext
    ) -> pb.PlanResponse:
        """See planner_service.proto."""
        digest = request.photo_sha256
        view = View(self._copies.get(digest), lambda: decode(self._blobs.get(digest)).pixels)
        history = _history(request.history)
        undone = convert.program_from_proto(request.undone) if request.HasField("undone") else None
        turn = Request(request.words, view, history, request.seed, request.asked, undone)
        planned = plan(turn, self._backend)
        return pb.PlanResponse(
            reply=pb.Reply(kind=convert.KINDS[planned.kind], text=planned.text),
            patch=convert.patch_to_proto(planned.patch),
            program=convert.program_to_proto(planned.program),
            undo=planned.undo,
            planner=self._identity(),
        )

    def GetPlanner(  # noqa: N802
        self, request: pb.GetPlannerRequest, context: grpc.ServicerContext
    ) -> pb.GetPlannerResponse:
        """See planner_service.proto."""
        return pb.GetPlannerResponse(planner=self._identity())

    def _identity(self) -> pb.Planner:
        identity = self._backend.identity
        return pb.Planner(backend=identity.backend, model=identity.model, version=identity.version)


def build(settings: Settings) -> list[Service]:
    """Return the service for a server, on the blobs of the data folder."""
    model = settings.planner_model or MODEL
    if not (model / "manifest.json").is_file():
        raise InvalidError(f"{model} holds no model: name its folder with IEA_PLANNER_MODEL.")
    blobs = Blobs(settings.data_dir / "blobs")
    servicer = PlannerService(blobs, Copies(blobs), Embedded(model))
    return [(pb_grpc.add_PlannerServiceServicer_to_server, servicer, "iea.v1.PlannerService")]


def _history(messages: Sequence[pb.PastTurn]) -> list[Turn]:
    return [
        Turn(
            message.words,
            convert.patch_from_proto(message.patch),
            convert.program_from_proto(message.program)
            if message.HasField("program")
            else Program(),
        )
        for message in messages
    ]
