"""MIT-Adobe FiveK: 5,000 photos, each retouched by five experts, without words.

Bychkovsky and others 2011, "Learning Photographic Global Tonal Adjustment with a Database of
Input / Output Image Pairs".
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from iea import files
from iea.errors import NotFoundError
from training.importers.folders import pictures
from training.importers.pairs import Pair, each, records
from training.records import Skipped

_ORIGINALS = ("originals", "raw_photos", "dng", "raw")
_EXPERTS = "abcde"


class _Rendition(NamedTuple):
    expert: str
    before: Path
    after: Path


def read(folder: Path, skipped: Skipped) -> Iterator[Pair]:
    """Return a pair for each photo and each expert that the copy has.

    Raises `NotFoundError` for a folder without originals or without any expert's renditions.
    """
    originals = _pictures(folder, _ORIGINALS)
    experts = {
        letter: found
        for letter in _EXPERTS
        if (found := _pictures(folder, (letter, f"tiff16_{letter}")))
    }
    if not originals or not experts:
        raise NotFoundError(
            f"{folder} holds no originals with renditions: it needs a folder of photos, called "
            f"{' or '.join(_ORIGINALS)}, and folders a to e with pictures of the same names."
        )

    def pair(rendition: _Rendition) -> Pair:
        name = f"{rendition.expert}/{rendition.after.name}"
        made = records((), source=f"fivek/{rendition.expert}")
        return Pair(name, files.read(rendition.before), files.read(rendition.after), made)

    return each(_renditions(originals, experts, skipped), pair, skipped, "a rendition")


def _pictures(folder: Path, names: tuple[str, ...]) -> dict[str, Path]:
    """Return the pictures in the first of some folders that is there, by file name."""
    for name in names:
        if (folder / name).is_dir():
            return {path.stem: path for path in pictures(folder / name).values()}
    return {}


def _renditions(
    originals: Mapping[str, Path], experts: Mapping[str, Mapping[str, Path]], skipped: Skipped
) -> Iterator[_Rendition]:
    for letter, found in experts.items():
        for name in found.keys() - originals.keys():
            skipped.add("a rendition is without its original", f"{letter}/{name}")
    for name, photo in originals.items():
        for letter, found in experts.items():
            if name in found:
                yield _Rendition(letter, photo, found[name])
            else:
                skipped.add("an original is without the rendition of an expert", f"{letter}/{name}")
