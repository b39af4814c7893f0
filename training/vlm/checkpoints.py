"""A trainer's checkpoint, a folder of large files, as blobs.

A file is cut into pieces of `PIECE` bytes, each a blob, so that none is ever whole in memory, and
what two checkpoints have in common is kept once.
"""

from functools import partial
from pathlib import Path

from iea.blobs import Store

PIECE = 1 << 28

Files = dict[str, list[str]]
"""The digests of a file's pieces, in their order, by the file's path in the folder."""


def pack(folder: Path, store: Store) -> Files:
    """Keep the files of a folder, and return what `unpack` needs."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _pieces(path, store) for path in paths}


def _pieces(path: Path, store: Store) -> list[str]:
    with path.open("rb") as file:
        return [store.put(piece) for piece in iter(partial(file.read, PIECE), b"")]


def unpack(packed: Files, store: Store, folder: Path) -> Path:
    """Write the files into a folder again, and return it."""
    for name, pieces in packed.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for piece in pieces:
                file.write(store.get(piece))
    return folder
