"""MakeMask: the picture of a mask shows where a step with it works."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from iea.blobs import Blobs
from iea.errors import InvalidError, NotFoundError
from iea.image import decode
from iea.program import Program
from iea.render import render
from iea.rpc.channel import Remote
from iea.rpc.structs import to_struct
from iea.v1 import renderer_service_pb2 as pb
from tests import images
from tests.programs import document

LEFT = {"parts": [{"kind": "linear", "x1": 0.4, "y1": 0.5, "x2": 0.6, "y2": 0.5}]}
LIGHT = {"parts": [{"kind": "luminance", "low": 60, "high": 100}]}


def _ask(renderer: Remote, photo: str, mask: Any, max_side: int = 0) -> pb.MakeMaskResponse:
    request = pb.MakeMaskRequest(photo_sha256=photo, mask=to_struct(mask), max_side=max_side)
    return renderer.call("MakeMask", request)


def _grey(data: bytes) -> Any:
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.mode) == ("PNG", "L")
        return np.asarray(picture)


def test_a_gradient_is_drawn_where_it_is(renderer: Remote, blobs: Blobs) -> None:
    drawn = _ask(renderer, blobs.put(images.photo()), LEFT)
    grey = _grey(blobs.get(drawn.blob_sha256))
    assert grey.shape == (drawn.height, drawn.width) == (342, 512)
    assert (grey[:, : int(0.39 * 512)] == 255).all()
    assert (grey[:, int(0.61 * 512) :] == 0).all()
    assert drawn.share == pytest.approx(0.5, abs=0.01)
    assert grey.mean() / 255 == pytest.approx(drawn.share, abs=0.002)


@pytest.mark.parametrize("mask", [LEFT, LIGHT], ids=["linear", "luminance"])
def test_a_step_works_where_its_mask_is_white(renderer: Remote, blobs: Blobs, mask: Any) -> None:
    step = {"tool": "exposure", "params": {"ev": 1}}
    photo = decode(images.photo())
    full = render(Program.parse(document(step)), photo).pixels.astype(int)
    masked = render(Program.parse(document({**step, "mask": mask})), photo).pixels.astype(int)
    drawn = _ask(renderer, blobs.put(images.photo()), mask)
    picture = Image.fromarray(_grey(blobs.get(drawn.blob_sha256)))
    cover = (
        np.asarray(picture.resize((640, 427), Image.Resampling.BILINEAR), float)[..., None] / 255
    )
    expected = photo.pixels + cover * (full - photo.pixels)
    assert 0.1 < drawn.share < 0.9
    assert np.abs(masked - expected).mean() < 2


def test_a_mask_is_as_large_as_asked_and_never_enlarged(renderer: Remote, blobs: Blobs) -> None:
    photo, small = blobs.put(images.photo()), blobs.put(images.save(images.scene(60, 40)))
    for sha256, side, size in (
        (photo, 64, (64, 43)),
        (photo, 512, (512, 342)),
        (small, 0, (60, 40)),
    ):
        drawn = _ask(renderer, sha256, LEFT, side)
        assert (drawn.width, drawn.height) == size


def test_faults_of_a_mask_are_listed(renderer: Remote, blobs: Blobs) -> None:
    photo = blobs.put(images.photo())
    wrong = {"parts": [{"kind": "linear", "x1": 9, "y1": 0, "x2": 1}, {"kind": "cloud"}]}
    for mask, side, fields in (
        (wrong, 0, {"mask.parts[0].y2", "mask.parts[1].kind"}),
        ({}, 0, {"mask.parts"}),
        (LEFT, 513, {"max_side"}),
        (LEFT, 15, {"max_side"}),
    ):
        with pytest.raises(InvalidError) as failed:
            _ask(renderer, photo, mask, side)
        assert {fault.field for fault in failed.value.violations} == fields
    with pytest.raises(NotFoundError):
        _ask(renderer, "0" * 64, LEFT)
