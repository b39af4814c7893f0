"""RendererService: exact pixels by digest, from a bounded number of workers."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from iea import tools
from iea.blobs import Blobs
from iea.errors import ExhaustedError, InvalidError, NotFoundError
from iea.image import decode, encode
from iea.program import Program
from iea.render import VERSION, render
from iea.rpc import context, convert
from iea.rpc.channel import Remote
from iea.rpc.context import Call, DeadlineError
from iea.rpc.structs import from_struct
from iea.v1 import renderer_service_pb2 as pb
from services.renderer.work import Output, Renderer
from tests import images
from tests.programs import program


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


@pytest.mark.parametrize("suffix", [".jpg", ".avif", ".heic", ".png", ".webp", ".tif"])
def test_files_of_every_format_come_with_and_without_the_place(
    renderer: Remote, blobs: Blobs, suffix: str
) -> None:
    placed = replace(decode(images.photo()), exif=images.camera_exif(), xmp=images.xmp_with_gps())
    request = pb.RenderRequest(
        photo_sha256=blobs.put(encode(placed, ".jpg")),
        program=convert.program_to_proto(program(exposure=0.5)),
        suffix=suffix,
    )
    with_place = decode(blobs.get(renderer.call("Render", request).blob_sha256))
    request.no_gps = True
    without = decode(blobs.get(renderer.call("Render", request).blob_sha256))
    assert b"GPSLatitude" in (with_place.xmp or b"")
    assert b"GPS" not in (without.xmp or b"")
    assert with_place.digest() == without.digest()


def test_a_step_alone_is_what_ablation_leaves_out(renderer: Remote, blobs: Blobs) -> None:
    wanted = program(grain=30, exposure=0.7, saturation=0)
    request = pb.AblateRequest(
        photo_sha256=blobs.put(images.photo()),
        program=convert.program_to_proto(wanted),
        suffix=".png",
    )
    ablated = renderer.call("Ablate", request).ablations
    assert [one.step_id for one in ablated] == [step.id for step in wanted.steps]
    for one, step in zip(ablated, wanted.steps, strict=True):
        expected = render(wanted.without(step.id), decode(images.photo()))
        assert one.without.pixels_sha256 == expected.digest()
        assert decode(blobs.get(one.without.blob_sha256)).digest() == expected.digest()


def test_a_large_ablation_is_made_one_by_one(
    own: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, wanted = own.blobs.put(images.photo()), program(exposure=0.7, vignette=30, grain=20)
    at_once = own.ablate(photo, wanted, Output())
    monkeypatch.setattr("services.renderer.work.ABLATION_BYTES", 1000)
    monkeypatch.setattr("services.renderer.work.ablate", None)
    assert own.ablate(photo, wanted, Output()) == at_once


def test_ablation_knows_geometry_and_transparency(own: Renderer) -> None:
    pixels = np.dstack([images.scene(60, 40), np.full((40, 60), 128, np.uint8)])
    photo = own.blobs.put(images.save(Image.fromarray(pixels), "png"))
    wanted = program(exposure=0.7, rotate=1)
    without = own.ablate(photo, wanted, Output(".png"))
    for one, step in zip(without, wanted.steps, strict=True):
        expected = render(wanted.without(step.id), decode(own.blobs.get(photo)))
        assert decode(own.blobs.get(one.blob_sha256)).alpha is not None
        assert (one.width, one.height) == (expected.width, expected.height)
        assert one.pixels_sha256 == expected.digest()


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


def test_a_toolset_that_does_not_exist_is_told(renderer: Remote) -> None:
    named = renderer.call("ListTools", pb.ListToolsRequest(toolset=tools.NAME))
    assert named == renderer.call("ListTools", pb.ListToolsRequest())
    with pytest.raises(InvalidError, match="'nope': use iea") as failed:
        renderer.call("ListTools", pb.ListToolsRequest(toolset="nope"))
    assert [fault.field for fault in failed.value.violations] == ["toolset"]


def test_rendering_leaves_the_kept_photo_as_it_was(own: Renderer) -> None:
    photo = own.blobs.put(images.photo())
    original = decode(images.photo()).digest()
    for wanted in (Program(), program(exposure=3), Program()):
        own.render(photo, wanted)
        assert own.photos.get(photo).digest() == original


def test_a_digest_is_that_of_the_picture_whatever_its_type(own: Renderer) -> None:
    deep = images.png_16bit(images.gradient(300, 200))
    for data in (images.photo(), deep):
        assert own.render(own.blobs.put(data), Program()).pixels_sha256 == decode(data).digest()


def test_nothing_is_rendered_for_a_caller_who_left(own: Renderer) -> None:
    photo = own.blobs.put(images.photo())
    answers = iter([True, True, False])
    context.enter(Call("r", float("inf"), is_active=lambda: next(answers, False)))
    try:
        with pytest.raises(DeadlineError):
            own.render(photo, program(exposure=1), Output(".png"))
    finally:
        context.enter(None)
    finished = encode(render(program(exposure=1), decode(images.photo())), ".png")
    assert not own.blobs.has(hashlib.sha256(finished).hexdigest())


def test_a_full_queue_turns_away(own: Renderer) -> None:
    with own.slots.take(), pytest.raises(ExhaustedError, match="testing"):
        own.render("0" * 64, Program())
