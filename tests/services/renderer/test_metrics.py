"""Every metric that the renderer declares is emitted, and says what happened."""

import pytest
from prometheus_client import REGISTRY

from iea.blobs import Blobs
from iea.rpc import convert, metrics
from iea.rpc.channel import Remote
from iea.v1 import renderer_service_pb2 as pb
from tests import images
from tests.programs import program


def _value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


@pytest.mark.parametrize(
    ("size", "label"),
    [((1000, 1000), "<=1"), ((1001, 1000), "<=4"), ((6000, 4000), "<=24"), ((9000, 9000), ">50")],
)
def test_pictures_are_told_apart_by_their_megapixels(size: tuple[int, int], label: str) -> None:
    assert metrics.megapixel_class(*size) == label


def test_a_render_is_counted(renderer: Remote, blobs: Blobs) -> None:
    data = images.save(images.scene(50, 40))
    request = pb.RenderRequest(
        photo_sha256=blobs.put(data),
        program=convert.program_to_proto(program(exposure=0.123)),
        suffix=".jpg",
    )
    counted = (
        ("iea_photo_cache_total", {"result": "miss"}),
        ("iea_render_cache_total", {"result": "miss"}),
        ("iea_render_cache_total", {"result": "hit"}),
        ("iea_render_seconds_count", {"megapixels": "<=1"}),
        ("iea_render_bytes_total", {"direction": "in"}),
        ("iea_render_bytes_total", {"direction": "out"}),
        ("iea_photo_cache_total", {"result": "hit"}),
    )
    before = [_value(name, **labels) for name, labels in counted]
    encoded = blobs.get(renderer.call("Render", request).blob_sha256)
    renderer.call("Render", request)
    request.suffix = ""
    renderer.call("Render", request)
    after = [_value(name, **labels) for name, labels in counted]
    rises = [b - a for a, b in zip(before, after, strict=True)]
    assert rises == [1, 2, 1, 2, len(data), len(encoded), 1]
    assert _value("iea_slots_waiting", work="rendering") == 0
    assert _value("iea_slots_working", work="rendering") == 0


def test_frames_are_counted(renderer: Remote, blobs: Blobs) -> None:
    names = ("shown", "replaced")
    before = [_value("iea_preview_frames_total", result=name) for name in names]
    changes = [
        pb.PreviewRequest(change=pb.ChangePreview(sequence=sequence)) for sequence in range(1, 31)
    ]
    opening = pb.PreviewRequest(open=pb.OpenPreview(photo_sha256=blobs.put(images.photo())))
    answers = list(renderer.stream("Preview", iter([opening, *changes])))
    after = [_value("iea_preview_frames_total", result=name) for name in names]
    shown, replaced = (b - a for a, b in zip(before, after, strict=True))
    assert shown == len(answers) - 1
    assert shown + replaced == 30
