"""QualityService over `iea.measure`."""

import grpc

from iea.blobs import Blobs, Store
from iea.image import Picture, decode
from iea.measure import measure_program, score
from iea.rpc import convert
from iea.rpc.server import Service
from iea.rpc.slots import Slots
from iea.settings import Settings
from iea.v1 import program_pb2
from iea.v1 import quality_service_pb2 as pb
from iea.v1 import quality_service_pb2_grpc as pb_grpc


class QualityService(pb_grpc.QualityServiceServicer):
    """Translates between messages and `iea.measure`."""

    def __init__(self, blobs: Store, slots: Slots) -> None:
        self._blobs = blobs
        self._slots = slots

    def MeasureProgram(  # noqa: N802
        self, request: pb.MeasureProgramRequest, context: grpc.ServicerContext
    ) -> pb.MeasureProgramResponse:
        """See quality_service.proto."""
        program = convert.program_from_proto(request.program)
        with self._slots.take():
            whole, steps = measure_program(program, self._blobs.get(request.photo_sha256))
        return pb.MeasureProgramResponse(
            effect=convert.effect_to_proto(whole),
            steps=[
                program_pb2.StepEffect(
                    step_id=step_id, effect=convert.effect_to_proto(effect), text=text
                )
                for step_id, effect, text in steps
            ],
        )

    def Score(  # noqa: N802
        self, request: pb.ScoreRequest, context: grpc.ServicerContext
    ) -> pb.ScoreResponse:
        """See quality_service.proto."""
        with self._slots.take():
            reference = request.reference_sha256
            effect, metrics = score(
                self._picture(request.original_sha256, "the original"),
                self._picture(request.edited_sha256, "the edited picture"),
                self._picture(reference, "the reference") if reference else None,
            )
        return pb.ScoreResponse(effect=convert.effect_to_proto(effect), metrics=metrics)

    def _picture(self, sha256: str, name: str) -> Picture:
        return decode(self._blobs.get(sha256), name=name)


def build(settings: Settings) -> list[Service]:
    """Return the service for a server, on the blobs of the data folder."""
    blobs = Blobs(settings.data_dir / "blobs")
    slots = Slots("measuring", settings.render_workers, settings.render_queue)
    servicer = QualityService(blobs, slots)
    return [
        (pb_grpc.add_QualityServiceServicer_to_server, servicer, "iea.v1.QualityService"),
    ]
