"""The planner over gRPC."""

import shutil
from pathlib import Path

import pytest

from iea.blobs import Blobs
from iea.errors import InvalidError, NotFoundError
from iea.rpc import convert
from iea.settings import Settings
from iea.v1 import planner_service_pb2 as pb
from services.planner.copies import Copies
from services.planner.embedded import MODEL, Embedded
from services.planner.service import PlannerService, build
from tests.images import photo


@pytest.fixture
def service(tmp_path: Path) -> tuple[PlannerService, str]:
    blobs = Blobs(tmp_path / "blobs")
    return PlannerService(blobs, Copies(blobs), Embedded()), blobs.put(photo())


def test_a_turn_and_the_next(service: tuple[PlannerService, str]) -> None:
    planner, digest = service
    first = planner.Plan(pb.PlanRequest(photo_sha256=digest, words="warmer", seed=3), None)
    assert first.reply.kind == pb.Reply.KIND_EDITED
    assert first.planner == pb.Planner(backend="embedded", model="iea-small", version="1")
    turn = pb.PastTurn(words="warmer", patch=first.patch, program=first.program)
    second = planner.Plan(pb.PlanRequest(photo_sha256=digest, words="undo", history=[turn]), None)
    assert second.undo == 1
    assert convert.program_from_proto(second.program).steps == ()


def test_a_photo_that_is_not_there(service: tuple[PlannerService, str]) -> None:
    with pytest.raises(NotFoundError):
        service[0].Plan(pb.PlanRequest(photo_sha256="0" * 64, words="warmer"), None)


def test_too_many_words(service: tuple[PlannerService, str]) -> None:
    with pytest.raises(InvalidError):
        service[0].Plan(pb.PlanRequest(photo_sha256=service[1], words="x" * 2001), None)


def test_who_answers(service: tuple[PlannerService, str]) -> None:
    assert service[0].GetPlanner(pb.GetPlannerRequest(), None).planner.model == "iea-small"


def test_another_model_can_be_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="IEA_PLANNER_MODEL"):
        build(Settings(data_dir=tmp_path, planner_model=tmp_path))
    shutil.copytree(MODEL, tmp_path / "model")
    manifest = tmp_path / "model" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"version": "1"', '"version": "2"'))
    ((_, servicer, _),) = build(Settings(data_dir=tmp_path, planner_model=tmp_path / "model"))
    assert servicer.GetPlanner(pb.GetPlannerRequest(), None).planner.version == "2"


def test_build_serves_the_planner(tmp_path: Path) -> None:
    ((_, _, name),) = build(Settings(data_dir=tmp_path))
    assert name == "iea.v1.PlannerService"
