"""What was decoded or rendered before is not done again, within bounds, and once at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from iea import image
from iea.blobs import Blobs
from iea.errors import InvalidError
from iea.image import Info, Picture, decode
from iea.image.sandbox import Sandbox
from iea.rpc import context
from iea.rpc.context import Call, DeadlineError
from iea.settings import Settings
from services.renderer.photos import Photos
from services.renderer.renders import ENTRY_BYTES, Key, Rendered, Renders
from services.renderer.service import build
from services.renderer.work import Output, Renderer
from tests import images
from tests.programs import program


class Slow:
    """A decoder that waits for a word, and counts."""

    def __init__(self) -> None:
        self.go, self.entered, self.count = threading.Event(), threading.Event(), 0

    def decode(self, data: bytes, *, name: str = "") -> Picture:
        self.count += 1
        self.entered.set()
        self.go.wait(10)
        return decode(data, name=name)

    def decode_small(self, data: bytes, size: int, *, name: str = "") -> Picture:
        raise NotImplementedError

    def probe(self, data: bytes, *, name: str = "") -> Info:
        raise NotImplementedError


def test_decoded_photos_are_kept_within_their_bytes(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    first, second = blobs.put(images.photo()), blobs.put(images.flower())
    size = decode(images.photo()).pixels.nbytes
    photos = Photos(blobs, int(1.5 * size), image)
    kept = photos.get(first)
    assert photos.get(first) is kept
    photos.get(second)
    assert photos.get(first) is not kept
    none = Photos(blobs, size - 1, image)
    assert none.get(first) is not none.get(first)


def test_calls_for_one_photo_decode_it_once(tmp_path: Path) -> None:
    blobs, decoder = Blobs(tmp_path), Slow()
    photo, photos = blobs.put(images.photo()), Photos(blobs, 0, decoder)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(photos.get, photo)
        assert decoder.entered.wait(5)
        others = [pool.submit(photos.get, photo) for _ in range(3)]
        decoder.go.set()
        assert {id(one.result(5)) for one in (first, *others)} == {id(first.result(5))}
    assert decoder.count == 1
    photos.get(photo)
    assert decoder.count == 2, "nothing may be kept in 0 bytes"


def test_an_unreadable_photo_is_told_to_all_who_wait_and_tried_again(tmp_path: Path) -> None:
    blobs, decoder = Blobs(tmp_path), Slow()
    photo, photos = blobs.put(b"no photo"), Photos(blobs, 1 << 20, decoder)
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(photos.get, photo)]
        assert decoder.entered.wait(5)
        asked.append(pool.submit(photos.get, photo))
        decoder.go.set()
        for one in asked:
            with pytest.raises(InvalidError):
                one.result(5)
    with pytest.raises(InvalidError):
        photos.get(photo)


def test_whoever_leaves_does_not_wait_for_anothers_decoding(tmp_path: Path) -> None:
    blobs, decoder = Blobs(tmp_path), Slow()
    photo, photos = blobs.put(images.photo()), Photos(blobs, 0, decoder)

    def leaving() -> None:
        context.enter(Call("r", float("inf"), is_active=lambda: False))
        photos.get(photo)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(photos.get, photo)
        assert decoder.entered.wait(5)
        with pytest.raises(DeadlineError):
            pool.submit(leaving).result(5)
        decoder.go.set()
        assert first.result(5).width == 640


def test_finished_renders_are_not_rendered_again(
    own: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, output = own.blobs.put(images.photo()), Output(".jpg", 80)
    rendered = own.render(photo, program(exposure=1), output)
    monkeypatch.setattr("services.renderer.work.render", None)
    assert own.render(photo, program(exposure=1), output) == rendered
    for other in (
        (photo, program(exposure=2), output),
        (photo, program(exposure=1), Output(".jpg", 81)),
        (photo, program(exposure=1), Output(".png", 80)),
        (own.blobs.put(images.flower()), program(exposure=1), output),
    ):
        with pytest.raises(TypeError):
            own.render(*other)


def test_a_render_whose_file_is_gone_is_made_again(own: Renderer, tmp_path: Path) -> None:
    photo, output = own.blobs.put(images.photo()), Output(".jpg", 80)
    rendered = own.render(photo, program(exposure=1), output)
    (gone,) = (tmp_path / "blobs").glob(f"{rendered.blob_sha256[:2]}/{rendered.blob_sha256[2:]}")
    gone.unlink()
    assert own.render(photo, program(exposure=1), output) == rendered
    assert own.blobs.has(rendered.blob_sha256)


def test_renders_are_kept_within_their_bytes(tmp_path: Path) -> None:
    renders = Renders(Blobs(tmp_path), 2 * ENTRY_BYTES)
    keys = [Key("0" * 64, str(i), "", 90, gps=True) for i in range(3)]
    for i, key in enumerate(keys):
        renders.put(key, Rendered("", i, i, ""))
        renders.get(keys[0])
    assert [renders.get(key) is not None for key in keys] == [True, False, True]


def test_the_service_decodes_in_processes_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Spy(Sandbox):
        def decode(self, data: bytes, *, name: str = "the photo") -> Picture:
            asked.append(name)
            return super().decode(data, name=name)

    monkeypatch.setattr("services.renderer.service.Sandbox", Spy)
    photo = Blobs(tmp_path / "blobs").put(images.photo())
    for wanted in (True, False):
        settings = Settings(data_dir=tmp_path, decode_sandbox=wanted)
        ((_, servicer, _),) = build(settings)
        assert servicer._renderer.photos.get(photo).digest() == decode(images.photo()).digest()
        servicer.close()
    assert asked == [f"photo {photo[:12]}"]
