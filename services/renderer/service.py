"""RendererService over the engine."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import grpc
from google.protobuf.any_pb2 import Any
from google.rpc import status_pb2  # type: ignore[import-untyped]

from iea import image, tools
from iea.blobs import Blobs
from iea.errors import InvalidError, Violation
from iea.image import Decoder
from iea.image.sandbox import Sandbox
from iea.masks import Mask
from iea.program import Program
from iea.render import VERSION
from iea.rpc import convert, status
from iea.rpc.server import Service
from iea.rpc.slots import Slots
from iea.rpc.structs import from_struct, to_struct
from iea.settings import Settings
from iea.v1 import program_pb2
from iea.v1 import renderer_service_pb2 as pb
from iea.v1 import renderer_service_pb2_grpc as pb_grpc
from services.renderer import preview
from services.renderer.batch import Batch, Batches
from services.renderer.journal import Result
from services.renderer.masks import draw_mask
from services.renderer.photos import Photos
from services.renderer.renders import Rendered, Renders
from services.renderer.work import Output, Renderer

CHUNK = 1 << 20


class RendererService(pb_grpc.RendererServiceServicer):
    """Translates between messages, the renderer, its batches and its previews."""

    def __init__(
        self, renderer: Renderer, batches: Batches, previews: Slots, drawing: Slots, ends: ExitStack
    ) -> None:
        self._renderer = renderer
        self._batches = batches
        self._previews = previews
        self._drawing = drawing
        self._ends = ends

    def close(self) -> None:
        """End the processes that decode."""
        self._ends.close()

    def Render(  # noqa: N802
        self, request: pb.RenderRequest, context: grpc.ServicerContext
    ) -> pb.RenderResponse:
        """See renderer_service.proto."""
        program = convert.program_from_proto(request.program)
        output = Output.checked(request.suffix, request.quality, gps=not request.no_gps)
        return _response(self._renderer.render(request.photo_sha256, program, output))

    def RenderBatch(  # noqa: N802
        self, request: pb.RenderBatchRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.RenderBatchResponse]:
        """See renderer_service.proto."""
        batch = Batch(
            request.request_id,
            tuple(request.photo_sha256s),
            _programs(request.programs),
            Output.checked(request.suffix, request.quality, gps=not request.no_gps),
        )
        for item, result in self._batches.run(batch):
            yield _item(item, result)

    def Preview(  # noqa: N802
        self, request_iterator: Iterator[pb.PreviewRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.PreviewResponse]:
        """See renderer_service.proto."""
        first = next(request_iterator, None)
        if first is None or first.WhichOneof("message") != "open":
            raise _out_of_order("The first message must open a photo.")
        box = preview.box(first.open.max_width, first.open.max_height)
        quality = Output.checked("", first.open.quality or preview.QUALITY).quality
        if first.open.encoding == pb.OpenPreview.ENCODING_RGB:
            quality = 0
        with self._previews.take():
            with self._renderer.slots.take():
                proxy = self._renderer.photos.small(first.open.photo_sha256, *box)
            easel = preview.Easel(proxy, quality, self._renderer.blobs, self._drawing)
            original = preview.Frame(0, easel.draw(Program()))
            yield from _chunks(original)
            for frame in preview.frames(map(_change, request_iterator), easel.draw):
                yield from _chunks(frame)

    def Ablate(  # noqa: N802
        self, request: pb.AblateRequest, context: grpc.ServicerContext
    ) -> pb.AblateResponse:
        """See renderer_service.proto."""
        program = convert.program_from_proto(request.program)
        output = Output.checked(request.suffix, request.quality)
        made = self._renderer.ablate(request.photo_sha256, program, output)
        return pb.AblateResponse(
            ablations=[
                pb.Ablation(step_id=step.id, without=_response(rendered))
                for step, rendered in zip(program.steps, made, strict=True)
            ]
        )

    def MakeMask(  # noqa: N802
        self, request: pb.MakeMaskRequest, context: grpc.ServicerContext
    ) -> pb.MakeMaskResponse:
        """See renderer_service.proto."""
        mask = Mask.parse(from_struct(request.mask))
        drawn = draw_mask(self._renderer, request.photo_sha256, mask, request.max_side)
        return pb.MakeMaskResponse(**drawn._asdict())

    def ListTools(  # noqa: N802
        self, request: pb.ListToolsRequest, context: grpc.ServicerContext
    ) -> pb.ListToolsResponse:
        """See renderer_service.proto."""
        toolset = tools.TOOLSETS.get(request.toolset or tools.NAME)
        if toolset is None:
            what = f"is {request.toolset[:80]!r}: use {' or '.join(tools.TOOLSETS)}"
            raise InvalidError(f"The toolset {what}.", [Violation("toolset", what)])
        return pb.ListToolsResponse(
            toolset=program_pb2.Toolset(name=toolset.name, version=toolset.version),
            tools=[to_struct(tools.describe(tool)) for tool in toolset.tools.values()],
            renderer_version=VERSION,
        )


def _response(rendered: Rendered) -> pb.RenderResponse:
    return pb.RenderResponse(**rendered._asdict(), renderer_version=VERSION)


def _programs(messages: Sequence[program_pb2.Program]) -> tuple[Program, ...]:
    programs = []
    for i, message in enumerate(messages):
        try:
            programs.append(convert.program_from_proto(message))
        except InvalidError as error:
            where = f"programs[{i}]"
            faults = [Violation(f"{where}.{field}", what) for field, what in error.violations]
            raise InvalidError(f"{where}: {error}", faults) from None
    return tuple(programs)


def _item(item: int, result: Result) -> pb.RenderBatchResponse:
    if isinstance(result, Rendered):
        return pb.RenderBatchResponse(item=item, rendered=_response(result))
    error = Any()
    error.Pack(status_pb2.Status.FromString(status.details_of(result)))
    return pb.RenderBatchResponse(item=item, error=error)


def _change(message: pb.PreviewRequest) -> preview.Change:
    if message.WhichOneof("message") != "change":
        raise _out_of_order("Every message after the first must change the program.")
    program = convert.program_from_proto(message.change.program)
    return preview.Change(message.change.sequence, program)


def _out_of_order(sentence: str) -> InvalidError:
    return InvalidError(sentence, [Violation("message", "is out of order")])


def _chunks(frame: preview.Frame) -> Iterator[pb.PreviewResponse]:
    """Yield the messages of a frame; no encoding makes an empty one."""
    width, height, data = frame.drawing
    for start in range(0, len(data), CHUNK):
        yield pb.PreviewResponse(
            sequence=frame.sequence,
            width=width,
            height=height,
            chunk=data[start : start + CHUNK],
            last=start + CHUNK >= len(data),
        )


def build(settings: Settings) -> list[Service]:
    """Return the service for a server, on the data folder."""
    workers, ends = settings.render_workers, ExitStack()
    blobs = Blobs(settings.data_dir / "blobs")
    decoder: Decoder = image
    if settings.decode_sandbox:
        decoder = ends.enter_context(Sandbox(workers))
    renderer = Renderer(
        blobs,
        Photos(blobs, settings.photo_cache_bytes, decoder),
        Renders(blobs, settings.render_cache_bytes),
        Slots("rendering", workers, settings.render_queue),
    )
    batches = Batches(
        renderer, settings.data_dir / "batches", Slots("batching", settings.batches, 0), workers
    )
    previews = Slots("previewing", settings.previews, 0)
    # Every frame of every open preview may wait: frames are never turned away.
    drawing = Slots("drawing frames", workers, 8 * settings.previews)
    servicer = RendererService(renderer, batches, previews, drawing, ends)
    return [
        (pb_grpc.add_RendererServiceServicer_to_server, servicer, "iea.v1.RendererService"),
    ]
