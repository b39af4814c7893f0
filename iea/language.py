"""The small language model at run time: texts in, what they mean with what certainty, out.

ONNX on one core, without torch. Nothing is loaded before the first text is read.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

MAX_CHARACTERS = 600
"""Of one text; what follows is not read."""
_STRETCHED = re.compile(r"(.)\1{3,}")


def clean(text: str) -> str:
    """Return a text as the model reads it: compatible forms, lower case, single spaces."""
    plain = unicodedata.normalize("NFKC", text[: 2 * MAX_CHARACTERS]).lower()
    plain = plain.replace("’", "'").replace("‘", "'").replace("−", "-")
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in plain)
    return _STRETCHED.sub(r"\1\1", " ".join(kept.split()))[:MAX_CHARACTERS]


def padded(
    pieces: Any, texts: Sequence[str], positions: int, special: Mapping[str, int]
) -> npt.NDArray[np.int64]:
    """Return texts as ids of pieces, (texts, tokens), each between start and end, then padded.

    `positions` is how many tokens a text may have; what follows is cut off.
    """
    rows = [pieces.encode(clean(text))[: positions - 2] for text in texts]
    ids = np.full((len(rows), 2 + max(map(len, rows))), special["pad"], np.int64)
    for row, found in zip(ids, rows, strict=True):
        row[: len(found) + 2] = [special["start"], *found, special["end"]]
    return ids


@dataclass(frozen=True)
class Sense:
    """What the model makes of a text.

    `atoms` and `regions` go from names to probabilities, those above a few per cent only; `degree`
    is how strong a wish is meant, 1 being a plain one; `language` is a code such as "en".
    """

    atoms: Mapping[str, float]
    regions: Mapping[str, float]
    degree: float
    language: str


class LanguageModel:
    """A model in a folder: `model.onnx`, `pieces.model` and `manifest.json`."""

    FAINT = 0.03
    """Probabilities below it are left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the model is and how it was made."""
        return dict(json.loads((self._folder / "manifest.json").read_text("utf-8")))

    @cached_property
    def _pieces(self) -> Any:
        import sentencepiece

        return sentencepiece.SentencePieceProcessor(model_file=str(self._folder / "pieces.model"))

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(
            str(self._folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def read(self, texts: Sequence[str]) -> list[Sense]:
        """Read texts, each at most `MAX_CHARACTERS` long, in one batch."""
        outputs = self._session.run(None, {"ids": self.encode(texts)})
        return [self._sense(*row) for row in zip(*outputs, strict=True)]

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the ids of texts, (texts, tokens), padded."""
        return padded(self._pieces, texts, self.manifest["positions"], self.manifest["special"])

    def _sense(self, atoms: Any, regions: Any, degrees: Any, languages: Any) -> Sense:
        made = self.manifest
        return Sense(
            self._likely(made["atoms"], atoms, made["temperature"]["atoms"]),
            self._likely(made["regions"], regions, made["temperature"]["regions"]),
            float(made["degrees"][int(np.argmax(degrees))]),
            str(made["languages"][int(np.argmax(languages))]),
        )

    def _likely(self, names: Sequence[str], logits: Any, temperature: float) -> dict[str, float]:
        chances = 1 / (1 + np.exp(-np.clip(logits / temperature, -30, 30)))
        likely = [i for i in np.argsort(-chances) if chances[i] >= self.FAINT]
        return {names[i]: float(chances[i]) for i in likely}
