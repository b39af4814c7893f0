"""QualityService: what `iea.measure` says, by digest."""

from collections.abc import Iterator

import pytest

from iea.blobs import Blobs
from iea.errors import InvalidError, NotFoundError
from iea.image import decode, encode
from iea.measure import measure_program, score
from iea.render import render
from iea.rpc import convert
from iea.rpc.channel import Remote
from iea.settings import Settings
from iea.v1 import quality_service_pb2 as pb
from iea.v1.quality_service_pb2_grpc import QualityServiceStub
from tests import images
from tests.programs import program


@pytest.fixture(scope="module")
def quality(settings: Settings) -> Iterator[Remote]:
    with Remote(settings.quality_address, QualityServiceStub) as remote:
        yield remote


@pytest.fixture
def blobs(settings: Settings) -> Blobs:
    return Blobs(settings.data_dir / "blobs")


def test_a_program_is_measured_whole_and_by_step(quality: Remote, blobs: Blobs) -> None:
    wanted = program(exposure=0.7, saturation=-30)
    answer = quality.call(
        "MeasureProgram",
        pb.MeasureProgramRequest(
            photo_sha256=blobs.put(images.photo()), program=convert.program_to_proto(wanted)
        ),
    )
    whole, steps = measure_program(wanted, images.photo())
    assert convert.effect_from_proto(answer.effect) == whole
    got = [(s.step_id, convert.effect_from_proto(s.effect), s.text) for s in answer.steps]
    assert got == steps


def test_pictures_are_scored(quality: Remote, blobs: Blobs) -> None:
    photo = decode(images.photo())
    edited = render(program(exposure=0.5), photo)
    reference = render(program(exposure=0.6), photo)
    digests = [blobs.put(encode(p, ".png")) for p in (photo, edited, reference)]
    for count in (2, 3):
        names = ("original_sha256", "edited_sha256", "reference_sha256")
        request = pb.ScoreRequest(**dict(zip(names, digests[:count], strict=False)))
        answer = quality.call("Score", request)
        effect, metrics = score(photo, edited, reference if count == 3 else None)
        assert convert.effect_from_proto(answer.effect) == effect
        assert dict(answer.metrics) == metrics


def test_faults_are_told(quality: Remote, blobs: Blobs) -> None:
    photo = blobs.put(images.photo())
    small = blobs.put(images.save(images.scene(), "png"))
    for request, error in (
        (pb.ScoreRequest(original_sha256=photo, edited_sha256="0" * 64), NotFoundError),
        (pb.ScoreRequest(original_sha256=photo), InvalidError),
        (pb.ScoreRequest(original_sha256=photo, edited_sha256=small), InvalidError),
    ):
        with pytest.raises(error):
            quality.call("Score", request)
