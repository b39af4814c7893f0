from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from iea import image
from iea.blobs import Blobs
from iea.rpc.channel import Remote
from iea.rpc.slots import Slots
from iea.settings import Settings
from iea.v1.renderer_service_pb2_grpc import RendererServiceStub
from services.renderer.photos import Photos
from services.renderer.renders import Renders
from services.renderer.work import Renderer
from tests import images


@pytest.fixture(scope="module")
def renderer(settings: Settings) -> Iterator[Remote]:
    """The renderer's service, running."""
    with Remote(settings.renderer_address, RendererServiceStub) as remote:
        yield remote


@pytest.fixture
def blobs(settings: Settings) -> Blobs:
    """The blobs of the running service."""
    return Blobs(settings.data_dir / "blobs")


@pytest.fixture
def own(tmp_path: Path) -> Renderer:
    """A renderer in this process, with one slot and no queue."""
    blobs = Blobs(tmp_path / "blobs")
    photos, renders = Photos(blobs, 1 << 30, image), Renders(blobs, 1 << 20)
    return Renderer(blobs, photos, renders, Slots("testing", 1, 0))


@cache
def large_photo() -> bytes:
    """A JPEG of 24 MP: `images.photo`, enlarged."""
    return images.save(Image.fromarray(images.scene(1200, 800)).resize((6000, 4000)), "jpeg")


@cache
def full_hd() -> image.Picture:
    """A picture of 1920 x 1080 pixels: `images.photo`, enlarged."""
    pixels = np.asarray(Image.fromarray(images.scene(640, 360)).resize((1920, 1080)))
    return image.Picture(np.ascontiguousarray(pixels), None, None, None, None, "jpeg")
