"""RendererService over the engine."""

import grpc

from iea import tools
from iea.blobs import Blobs, Store
from iea.render import VERSION
from iea.rpc import convert
from iea.rpc.server import Service
from iea.rpc.slots import Slots
from iea.rpc.structs import to_struct
from iea.settings import Settings
from iea.v1 import renderer_service_pb2 as pb
from iea.v1 import renderer_service_pb2_grpc as pb_grpc
from services.renderer.photos import Photos
from services.renderer.work import render_photo


class RendererService(pb_grpc.RendererServiceServicer):
    """Translates between messages and `render_photo`."""

    def __init__(self, blobs: Store, photos: Photos, slots: Slots) -> None:
        self._blobs = blobs
        self._photos = photos
        self._slots = slots

    def Render(  # noqa: N802
        self, request: pb.RenderRequest, context: grpc.ServicerContext
    ) -> pb.RenderResponse:
        """See renderer_service.proto."""
        rendered = render_photo(
            self._photos,
            self._blobs,
            self._slots,
            request.photo_sha256,
            convert.program_from_proto(request.program),
            suffix=request.suffix,
            quality=request.quality,
        )
        return pb.RenderResponse(**rendered._asdict(), renderer_version=VERSION)

    def ListTools(  # noqa: N802
        self, request: pb.ListToolsRequest, context: grpc.ServicerContext
    ) -> pb.ListToolsResponse:
        """See renderer_service.proto."""
        described = [to_struct(tools.describe(tool)) for tool in tools.TOOLS.values()]
        return pb.ListToolsResponse(
            toolset=convert.toolset(), tools=described, renderer_version=VERSION
        )


def build(settings: Settings) -> list[Service]:
    """Return the service for a server, on the blobs of the data folder."""
    blobs = Blobs(settings.data_dir / "blobs")
    photos = Photos(blobs, settings.photo_cache_bytes)
    slots = Slots("rendering", settings.render_workers, settings.render_queue)
    servicer = RendererService(blobs, photos, slots)
    return [
        (pb_grpc.add_RendererServiceServicer_to_server, servicer, "iea.v1.RendererService"),
    ]
