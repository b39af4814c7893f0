"""Lightroom's side-cars and presets: XMP files with settings of Camera Raw, the namespace `crs`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from iea import files
from iea.errors import InvalidError, NotFoundError
from iea.export import CRS
from iea.image import probe
from training.importers.folders import pictures
from training.importers.lightroom import Settings, translate
from training.importers.pairs import Pair, each, records
from training.records import Skipped

MAX_BYTES = 16 << 20
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# Names as the parser gives them: the namespace, a brace, the name.
_LISTS = tuple(f"{_RDF}}}{kind}" for kind in ("Seq", "Bag", "Alt"))
_DESCRIPTION = f"{_RDF}}}Description"
_ORIENTATION = "http://ns.adobe.com/tiff/1.0/}Orientation"


@dataclass(frozen=True)
class Packet:
    """What a file says: its settings, and how the photo's file stores it (EXIF orientation)."""

    settings: Settings
    orientation: int

    @property
    def name(self) -> str:
        """What a preset is called, "" for a side-car."""
        names = self.settings.get("Name", "")
        return str(names[0] if isinstance(names, list) and names else names or "")


def read(folder: Path, skipped: Skipped) -> Iterator[Pair]:
    """Return a pair for every XMP file under a folder of photos.

    A side-car has the name of its photo. Any other file is a preset: it is laid on the photos in
    turn, and its name is the request. Raises `NotFoundError` for a folder without XMP files, or
    without photos.
    """
    photos = pictures(folder)
    found = sorted(path for path in folder.rglob("[!.]*") if path.suffix.lower() == ".xmp")
    if not photos or not found:
        lacking = "photo" if found else "XMP file"
        raise NotFoundError(f"{folder} holds no {lacking}: put photos and their XMP files there.")
    in_turn = list(photos.values())

    def pair(numbered: tuple[int, Path]) -> Pair:
        at, path = numbered
        name = path.relative_to(folder).as_posix()
        packet = parse(files.read(path), name)
        stem = name.removesuffix(path.suffix)
        own = folder / stem if (folder / stem).is_file() else photos.get(stem)
        photo = files.read(own or in_turn[at % len(in_turn)])
        info = probe(photo, name=name)
        try:
            size = (info.width, info.height)
            program, left_out = translate(packet.settings, size, packet.orientation)
        except InvalidError as error:
            raise InvalidError(f"{name}: {error}") from None
        if not program.steps:
            raise InvalidError(f"{name} sets nothing that a tool here does.")
        words = () if own else (packet.name or path.stem,)
        source = "xmp/sidecar" if own else "xmp/preset"
        made = records(words, source=source, program=program)
        return Pair(name, photo, None, made, left_out)

    return each(enumerate(found), pair, skipped, "an XMP file")


def parse(data: bytes, name: str = "the XMP file") -> Packet:
    """Read an XMP file; `name` is what errors call it.

    Raises `InvalidError` for what is no XMP, declares a document type (and so may hold entities
    that grow without bounds), or holds no settings that are still to be applied.
    """
    if len(data) > MAX_BYTES:
        raise InvalidError(f"{name} is larger than 16 MiB: no settings are that large.")
    properties: dict[str, Any] = {}
    try:
        for description in _descriptions(_tree(data, name)):
            properties |= description.attrib | {child.tag: _value(child) for child in description}
    except RecursionError:
        raise InvalidError(f"{name} nests its settings without end.") from None
    prefix = f"{CRS}}}"
    settings = {
        key.removeprefix(prefix): value
        for key, value in properties.items()
        if key.startswith(prefix)
    }
    if not settings:
        raise InvalidError(f"{name} holds no settings of Camera Raw or Lightroom.")
    if str(settings.get("AlreadyApplied")).casefold() == "true":
        raise InvalidError(f"{name} describes what was done to the picture already.")
    stored = str(properties.get(_ORIENTATION, ""))
    return Packet(settings, int(stored) if stored in tuple("12345678") else 1)


def _tree(data: bytes, name: str) -> Element:
    """Parse XML into elements whose names are "namespace}name"."""
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data

    def refuse(*_: object) -> None:
        raise InvalidError(f"{name} declares a document type, which XMP never does.")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InvalidError(f"{name} is not XML ({error}): write it again.") from None
    return builder.close()


def _descriptions(root: Element) -> Iterator[Element]:
    """Yield the descriptions of the photo itself: those in its settings describe other things."""
    for rdf in root.iter(f"{_RDF}}}RDF"):
        yield from (child for child in rdf if child.tag == _DESCRIPTION)


def _value(element: Element) -> Any:
    """Return a text, a list of them, or the properties of a structure."""
    for child in element:
        if child.tag in _LISTS:
            return [_value(item) for item in child]
        if child.tag == _DESCRIPTION:
            return _value(child)
    inner = {**element.attrib, **{child.tag: child.text for child in element}}
    named = {key.rpartition("}")[2]: value for key, value in inner.items()}
    named.pop("lang", None)
    return named or (element.text or "").strip()
