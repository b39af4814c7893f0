"""EditService over the editor and the blobs."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain

import grpc

from iea import image
from iea.blobs import Blobs, Store
from iea.errors import InvalidError
from iea.formats import check_suffix
from iea.image import Decoder
from iea.image.sandbox import Sandbox
from iea.rpc import convert
from iea.rpc.channel import Remote
from iea.rpc.server import Service
from iea.rpc.slots import Slots
from iea.rpc.structs import to_struct
from iea.settings import Settings
from iea.v1 import edit_service_pb2 as pb
from iea.v1 import edit_service_pb2_grpc as pb_grpc
from iea.v1 import planner_service_pb2, program_pb2
from iea.v1.planner_service_pb2_grpc import PlannerServiceStub
from iea.v1.quality_service_pb2_grpc import QualityServiceStub
from iea.v1.renderer_service_pb2_grpc import RendererServiceStub
from iea.v1.trace_service_pb2_grpc import TraceServiceStub
from services.gateway import photos
from services.gateway.editor import Editor
from services.gateway.turns import find, program_of

CHUNK = 256 << 10


class EditService(pb_grpc.EditServiceServicer):
    """Translates between messages, the editor and the photos."""

    def __init__(
        self, editor: Editor, blobs: Store, gate: photos.Gate, ends: ExitStack, max_photo_bytes: int
    ) -> None:
        self._editor = editor
        self._blobs = blobs
        self._gate = gate
        self._ends = ends
        self._max_photo_bytes = max_photo_bytes

    def close(self) -> None:
        """Close the connections to the other services, and end the decoding processes."""
        self._editor.close()
        self._ends.close()

    def UploadPhoto(  # noqa: N802
        self, request_iterator: Iterator[pb.UploadPhotoRequest], context: grpc.ServicerContext
    ) -> pb.UploadPhotoResponse:
        """See edit_service.proto."""
        first = next(request_iterator, None)
        if first is None:
            raise InvalidError("The upload is empty: send the photo's bytes in chunks.")
        name = first.display_name[: photos.MAX_NAME] or "the photo"
        chunks = (message.chunk for message in chain((first,), request_iterator))
        data = photos.collect(chunks, self._max_photo_bytes, name)
        photo = photos.keep(data, self._blobs, self._gate, name)
        return pb.UploadPhotoResponse(photo=program_pb2.Photo(**photo._asdict()))

    def CreateSession(  # noqa: N802
        self, request: pb.CreateSessionRequest, context: grpc.ServicerContext
    ) -> pb.CreateSessionResponse:
        """See edit_service.proto."""
        photo = photos.look(request.photo_sha256, self._blobs)
        session = self._editor.open(photo, request.seed, request.consent)
        return pb.CreateSessionResponse(session=session)

    def Edit(self, request: pb.EditRequest, context: grpc.ServicerContext) -> pb.EditResponse:  # noqa: N802
        """See edit_service.proto."""
        turn = self._editor.edit(request.session, request.words, request.request_id)
        reply = planner_service_pb2.Reply(
            kind=convert.KINDS[turn["reply"]["kind"]], text=turn["reply"]["text"]
        )
        return pb.EditResponse(turn=to_struct(turn), reply=reply, head=turn["head"] or "")

    def GetSession(  # noqa: N802
        self, request: pb.GetSessionRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.GetSessionResponse]:
        """See edit_service.proto."""
        trace = self._editor.trace(request.session)
        turns = trace.pop("turns")
        yield pb.GetSessionResponse(trace=to_struct(trace))
        for turn in turns:
            yield pb.GetSessionResponse(turn=to_struct(turn))

    def DownloadPicture(  # noqa: N802
        self, request: pb.DownloadPictureRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.DownloadPictureResponse]:
        """See edit_service.proto."""
        suffix = check_suffix(request.suffix)
        trace = self._editor.trace(request.session)
        program = program_of(find(trace, request.turn))
        photo = trace["photo"]["sha256"]
        blob = self._editor.picture(photo, program, suffix, request.quality, gps=not request.no_gps)
        data = memoryview(self._blobs.get(blob))
        for start in range(0, len(data), CHUNK):
            yield pb.DownloadPictureResponse(chunk=bytes(data[start : start + CHUNK]))


def build(settings: Settings) -> list[Service]:
    """Return the service for a server, on the blobs of the data folder and the other services."""
    ends = ExitStack()
    reach = ends.enter_context
    editor = Editor(
        planner=reach(Remote(settings.planner_address, PlannerServiceStub)),
        renderer=reach(Remote(settings.renderer_address, RendererServiceStub)),
        quality=reach(Remote(settings.quality_address, QualityServiceStub)),
        traces=reach(Remote(settings.traces_address, TraceServiceStub)),
    )
    blobs = Blobs(settings.data_dir / "blobs")
    workers = settings.render_workers
    decoder: Decoder = image
    if settings.decode_sandbox:
        decoder = ends.enter_context(Sandbox(workers))
    gate = photos.Gate(decoder, Slots("decoding", workers, settings.render_queue))
    servicer = EditService(editor, blobs, gate, ends, settings.max_photo_bytes)
    return [
        (pb_grpc.add_EditServiceServicer_to_server, servicer, "iea.v1.EditService"),
    ]
