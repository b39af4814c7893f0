"""RendererService: exact pixels by digest, from a bounded number of workers."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from iea import tools
from iea.blobs import Blobs
from iea.errors import ExhaustedError, InvalidError, NotFoundError
from iea.image import decode, encode
from iea.program import Program
from iea.render import VERSION, render
from iea.rpc import context, convert
from iea.rpc.channel import Remote
from iea.rpc.context import Call, DeadlineError
from iea.rpc.slots import Slots
from iea.rpc.structs import from_struct
from iea.settings import Settings
from iea.v1 import renderer_service_pb2 as pb
from iea.v1.renderer_service_pb2_grpc import RendererServiceStub
from services.renderer.photos import Photos
from services.renderer.work import render_photo
from tests import images
from tests.programs import program


@pytest.fixture(scope="module")
def renderer(settings: Settings) -> Iterator[Remote]:
    with Remote(settings.renderer_address, RendererServiceStub) as remote:
        yield remote


@pytest.fixture
def blobs(settings: Settings) -> Blobs:
    return Blobs(settings.data_dir / "blobs")


def test_pixels_are_those_of_the_engine(renderer: Remote, blobs: Blobs) -> None:
    wanted = program(exposure=0.7, grain=30)
    request = pb.RenderRequest(
        photo_sha256=blobs.put(images.photo()), program=convert.program_to_proto(wanted)
    )
    done = renderer.call("Render", request)
    expected = render(wanted, decode(images.photo()))
    assert done.pixels_sha256 == expected.digest()
    assert (done.width, done.height) == (640, 427)
    assert done.renderer_version == VERSION
    assert done.blob_sha256 == ""
    request.suffix, request.quality = ".JPG", 70
    encoded = blobs.get(renderer.call("Render", request).blob_sha256)
    assert encoded == encode(expected, ".jpg", quality=70)


def test_faults_are_told(renderer: Remote, blobs: Blobs) -> None:
    photo, text = blobs.put(images.photo()), blobs.put(b"no photo")
    bad = convert.program_to_proto(program(exposure=0.7))
    bad.steps[0].params["ev"] = 99
    for request, error in (
        (pb.RenderRequest(photo_sha256="0" * 64), NotFoundError),
        (pb.RenderRequest(photo_sha256=text), InvalidError),
        (pb.RenderRequest(photo_sha256=photo, suffix=".bmp"), InvalidError),
        (pb.RenderRequest(photo_sha256=photo, suffix=".jpg", quality=101), InvalidError),
        (pb.RenderRequest(photo_sha256=photo, program=bad), InvalidError),
    ):
        with pytest.raises(error):
            renderer.call("Render", request)


def test_tools_are_listed_as_the_command_line_lists_them(renderer: Remote) -> None:
    listed = renderer.call("ListTools", pb.ListToolsRequest())
    described = [tools.describe(tool) for tool in tools.TOOLS.values()]
    assert [from_struct(tool) for tool in listed.tools] == described
    assert listed.toolset == convert.toolset()
    assert listed.renderer_version == VERSION


def test_decoded_photos_are_kept_within_their_bytes(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    first, second = blobs.put(images.photo()), blobs.put(images.flower())
    size = decode(images.photo()).pixels.nbytes
    photos = Photos(blobs, int(1.5 * size))
    kept = photos.get(first)
    assert photos.get(first) is kept
    photos.get(second)
    assert photos.get(first) is not kept
    none = Photos(blobs, size - 1)
    assert none.get(first) is not none.get(first)


def test_rendering_leaves_the_kept_photo_as_it_was(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    photos, slots = Photos(blobs, 1 << 30), Slots("testing", 1, 0)
    photo = blobs.put(images.photo())
    original = decode(images.photo()).digest()
    for wanted in (Program(), program(exposure=3), Program()):
        render_photo(photos, blobs, slots, photo, wanted)
        assert photos.get(photo).digest() == original


def test_nothing_is_rendered_for_a_caller_who_left(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    photos, slots = Photos(blobs, 1 << 30), Slots("testing", 1, 0)
    photo = blobs.put(images.photo())
    answers = iter([True, True, False])
    context.enter(Call("r", float("inf"), is_active=lambda: next(answers, False)))
    try:
        with pytest.raises(DeadlineError):
            render_photo(photos, blobs, slots, photo, program(exposure=1), suffix=".png")
    finally:
        context.enter(None)
    assert not blobs.has(
        hashlib.sha256(
            encode(render(program(exposure=1), decode(images.photo())), ".png")
        ).hexdigest()
    )


def test_a_full_queue_turns_away(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    slots = Slots("rendering", 1, 0)
    with slots.take(), pytest.raises(ExhaustedError, match="rendering"):
        render_photo(Photos(blobs, 0), blobs, slots, "0" * 64, Program())
