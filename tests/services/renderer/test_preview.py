"""Preview: frames of the newest program, in order, that look like the full render."""

import io
import queue
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from PIL import Image

from iea.blobs import Blobs
from iea.errors import ExhaustedError, InvalidError, NotFoundError
from iea.image import decode
from iea.program import Program
from iea.render import render
from iea.rpc import context, convert
from iea.rpc.channel import Remote
from iea.rpc.context import Call, DeadlineError
from iea.rpc.server import Server
from iea.settings import Settings
from iea.v1 import renderer_service_pb2 as pb
from iea.v1.renderer_service_pb2_grpc import RendererServiceStub
from services.renderer.preview import Change, Drawing, Frame, frames
from services.renderer.service import build
from tests import images
from tests.programs import program
from tests.services.renderer.conftest import large_photo

FIVE = program(exposure=0.5, contrast=20, temperature=15, saturation=10, vibrance=20)


class Preview:
    """A client's side: sends on one thread, reads frames put together on another."""

    def __init__(self, remote: Remote, photo: str, **options: Any) -> None:
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        opening = pb.OpenPreview(photo_sha256=photo, **options)
        self._requests.put(pb.PreviewRequest(open=opening))
        self._answers = remote.stream("Preview", iter(self._requests.get, None))

    def show(self, sequence: int, wanted: Program) -> None:
        change = pb.ChangePreview(sequence=sequence, program=convert.program_to_proto(wanted))
        self._requests.put(pb.PreviewRequest(change=change))

    def end(self) -> None:
        self._requests.put(None)

    def frame(self) -> tuple[pb.PreviewResponse, bytes]:
        data = b""
        for answer in self._answers:
            data += answer.chunk
            if answer.last:
                return answer, data
        raise StopIteration


@contextmanager
def previewing(remote: Remote, photo: str, **options: Any) -> Iterator[Preview]:
    preview = Preview(remote, photo, **options)
    try:
        yield preview
    finally:
        preview.end()


def test_the_original_comes_first_then_what_is_asked_for(renderer: Remote, blobs: Blobs) -> None:
    with previewing(renderer, blobs.put(images.photo())) as preview:
        original, data = preview.frame()
        assert (original.sequence, original.width, original.height) == (0, 640, 427)
        assert decode(data).format == "jpeg"
        preview.show(7, program(exposure=2))
        bright, brighter = preview.frame()
        assert bright.sequence == 7
        assert decode(brighter).pixels.mean() > decode(data).pixels.mean() + 20
        preview.end()
        with pytest.raises(StopIteration):
            preview.frame()


def test_raw_frames_are_the_engines_pixels(renderer: Remote, blobs: Blobs) -> None:
    photo, encoding = blobs.put(images.photo()), pb.OpenPreview.ENCODING_RGB
    with previewing(renderer, photo, encoding=encoding) as preview:
        assert preview.frame()[1] == decode(images.photo()).pixels.tobytes()
        preview.show(1, FIVE)
        assert preview.frame()[1] == render(FIVE, decode(images.photo())).pixels.tobytes()


def test_frames_fit_the_box_and_large_ones_come_in_parts(renderer: Remote, blobs: Blobs) -> None:
    photo = blobs.put(large_photo())
    for box, size in (((0, 0), (1620, 1080)), ((600, 4096), (600, 400)), ((4096, 16), (24, 16))):
        options = {"max_width": box[0], "max_height": box[1]}
        with previewing(renderer, photo, encoding=2, **options) as preview:
            answer, data = preview.frame()
        assert (answer.width, answer.height) == size
        assert len(data) == 3 * answer.width * answer.height


def test_a_frame_looks_like_the_full_render_made_small(renderer: Remote, blobs: Blobs) -> None:
    photo = blobs.put(large_photo())
    with previewing(renderer, photo, encoding=2) as preview:
        preview.frame()
        preview.show(1, FIVE)
        answer, data = preview.frame()
    shape = (answer.height, answer.width)
    shown = np.frombuffer(data, np.uint8).reshape(*shape, 3).astype(float)
    full = Image.fromarray(np.asarray(render(FIVE, decode(large_photo())).pixels))
    small = np.asarray(full.resize(shape[::-1], Image.Resampling.BOX), float)
    assert np.abs(shown - small).mean() < 1


def test_of_programs_that_come_fast_the_newest_is_shown(renderer: Remote, blobs: Blobs) -> None:
    with previewing(renderer, blobs.put(large_photo()), max_width=4096, max_height=4096) as preview:
        preview.frame()
        for sequence in range(1, 101):
            preview.show(sequence, program(exposure=sequence / 100, grain=30))
        seen = [preview.frame()[0].sequence]
        while seen[-1] < 100:
            seen.append(preview.frame()[0].sequence)
    assert seen == sorted(set(seen))
    assert len(seen) < 50


def test_faults_end_the_preview_with_a_sentence(renderer: Remote, blobs: Blobs) -> None:
    photo = blobs.put(images.photo())
    opening = pb.PreviewRequest(open=pb.OpenPreview(photo_sha256=photo))
    wide = pb.OpenPreview(photo_sha256=photo, max_width=4097, max_height=-1)
    change = pb.PreviewRequest(change=pb.ChangePreview(sequence=1))
    bad = pb.ChangePreview(sequence=1, program=convert.program_to_proto(FIVE))
    bad.program.steps[0].params["ev"] = 99
    for requests, fields in (
        ([], ["message"]),
        ([change], ["message"]),
        ([opening, opening], ["message"]),
        ([opening, change, change], ["sequence"]),
        ([pb.PreviewRequest(open=wide)], ["max_width", "max_height"]),
        ([opening, pb.PreviewRequest(change=bad)], ["steps[0].params.ev"]),
    ):
        with pytest.raises(InvalidError) as failed:
            list(renderer.stream("Preview", iter(requests)))
        assert [fault.field for fault in failed.value.violations] == fields
    missing = pb.PreviewRequest(open=pb.OpenPreview(photo_sha256="0" * 64))
    with pytest.raises(NotFoundError):
        list(renderer.stream("Preview", iter([missing])))


def test_too_many_previews_are_turned_away(settings: Settings) -> None:
    few = Settings(data_dir=settings.data_dir, previews=1, grace_s=1.0)
    photo = Blobs(settings.data_dir / "blobs").put(images.photo())
    with (
        Server("renderer", build(few), "127.0.0.1:0", few) as server,
        Remote(server.address, RendererServiceStub) as remote,
    ):
        with previewing(remote, photo) as first:
            first.frame()
            with previewing(remote, photo) as second, pytest.raises(ExhaustedError):
                second.frame()
        with pytest.raises(StopIteration):
            first.frame()
        with previewing(remote, photo) as third:
            assert third.frame()


def _changes(*sequences: int) -> list[Change]:
    return [Change(sequence, Program()) for sequence in sequences]


def test_frames_keep_their_order_whichever_is_done_first() -> None:
    slow = threading.Event()
    steps = [program(exposure=ev) for ev in (1, 2)]

    def changes() -> Iterator[Change]:
        yield Change(1, steps[0])
        entered.wait(5)
        yield Change(2, steps[1])

    def draw(wanted: Program) -> Drawing:
        if wanted is steps[0]:
            entered.set()
            slow.wait(5)
        else:
            slow.set()
        return Drawing(1, 1, b"x")

    entered = threading.Event()
    assert [frame.sequence for frame in frames(changes(), draw)] == [1, 2]


def test_a_slow_reader_holds_up_no_more_than_a_few_frames() -> None:
    drawn: list[int] = []
    more = threading.Semaphore(0)

    def changes() -> Iterator[Change]:
        for sequence in range(1, 50):
            yield Change(sequence, Program())
            time.sleep(0.002)
        more.release()

    def draw(wanted: Program) -> Drawing:
        drawn.append(1)
        return Drawing(1, 1, b"x")

    reader = frames(changes(), draw)
    first = next(reader)
    assert more.acquire(timeout=5)
    assert len(drawn) <= 5
    seen = [first.sequence, *(frame.sequence for frame in reader)]
    assert seen[-1] == 49


def test_what_goes_wrong_while_drawing_is_raised() -> None:
    def draw(wanted: Program) -> Drawing:
        raise InvalidError("It cannot be drawn.")

    with pytest.raises(InvalidError, match="drawn"):
        list(frames(_changes(1), draw))


def test_whoever_leaves_ends_all_threads() -> None:
    blocked = threading.Event()

    def changes() -> Iterator[Change]:
        yield from _changes(1)
        blocked.wait(10)

    def show() -> Frame:
        context.enter(Call("r", time.monotonic() + 0.2))
        shown = frames(changes(), lambda wanted: Drawing(1, 1, b"x"))
        assert next(shown).sequence == 1
        return next(shown)

    with ThreadPoolExecutor(1) as pool, pytest.raises(DeadlineError):
        pool.submit(show).result(5)
    blocked.set()
    for _ in range(100):
        left = [t for t in threading.enumerate() if t.name.startswith("preview-")]
        if not left:
            break
        time.sleep(0.02)
    assert not left


def test_jpeg_frames_carry_the_photos_profile(renderer: Remote, blobs: Blobs) -> None:
    with Image.open(io.BytesIO(images.photo())) as picture:
        from PIL import ImageCms

        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        photo = blobs.put(images.save(picture, "jpeg", icc_profile=profile))
    with previewing(renderer, photo) as preview:
        assert decode(preview.frame()[1]).icc == profile
