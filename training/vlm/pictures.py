"""The pictures that a model is shown: small copies of a data set's, and how a model reads them.

torchvision is not needed: where it is missing, transformers' own Pillow code cuts pictures into
patches and `PictureProcessor` joins them with text; where it is there, the model's own processor
does both. How the two resample was not compared here.
"""

import math
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from transformers import AutoProcessor, AutoTokenizer, ProcessorMixin
from transformers.models.qwen2_5_vl.processing_qwen2_5_vl import Qwen2_5_VLProcessor
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from iea.blobs import Store
from iea.errors import IeaError
from iea.image import decode_small, probe, to_8bit
from iea.program import Program
from iea.render import render_pixels
from training.records import Record

MAX_PIXELS = 262_144
"""Of a picture that a model is shown, as published (arXiv 2606.08016)."""
MIN_PIXELS = 56 * 56
_PLACEHOLDER = "<|image_pad|>"
_KEPT = 64
"""Small copies kept in memory: a group of answers is about one photo."""

Samples = npt.NDArray[np.uint8]
"""(height, width, 3), RGB."""


class Pictures:
    """A data set's pictures as copies of at most `MAX_PIXELS` pixels.

    All methods raise `NotFoundError`, `CheckFailedError` or `InvalidError` for a picture that is
    not there, was changed, or cannot be read.
    """

    def __init__(self, blobs: Store) -> None:
        self._blobs = blobs
        self._small = lru_cache(_KEPT)(self._read)

    def photo(self, record: Record) -> Samples:
        """Return the photo."""
        return self._small(record.photo)

    def after(self, record: Record) -> Samples:
        """Return what should come of the photo: the reference, or what the program renders."""
        return self._small(record.after) if record.after else self.render(record, record.program)

    def render(self, record: Record, program: Program) -> Samples:
        """Return the photo under a program."""
        return to_8bit(render_pixels(program, self.photo(record), threads=1))

    def shown(self, record: Record) -> list[Image.Image]:
        """Return the pictures that a model is shown, in the order of the prompt's placeholders."""
        photo = self.photo(record)
        if record.task == "summary":
            return [side_by_side(photo, self.after(record))]
        shown = [photo, self.render(record, record.start)] if record.task == "refine" else [photo]
        return [Image.fromarray(each) for each in shown]

    def fault(self, sha256: str) -> str:
        """Say why a picture cannot be read; "" where it can."""
        try:
            self._read(sha256)
        except IeaError as error:
            return str(error)
        return ""

    def _read(self, sha256: str) -> Samples:
        data = self._blobs.get(sha256)
        info = probe(data)
        scale = min(1.0, math.sqrt(MAX_PIXELS / (info.width * info.height)))
        return to_8bit(decode_small(data, math.floor(max(info.width, info.height) * scale)).pixels)


def side_by_side(before: Samples, after: Samples) -> Image.Image:
    """Return two pictures as one, the second at the height of the first."""
    left, right = Image.fromarray(before), Image.fromarray(after)
    if right.height != left.height:
        width = max(1, round(right.width * left.height / right.height))
        right = right.resize((width, left.height), Image.Resampling.BICUBIC)
    both = Image.new("RGB", (left.width + right.width, left.height))
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    return both


class PictureProcessor(Qwen2_5_VLProcessor):  # type: ignore[misc]
    """A processor of texts and pictures, without the part for videos, which needs torchvision."""

    def __init__(
        self, image_processor: Any, tokenizer: Any, chat_template: str | None = None
    ) -> None:
        self.image_token = _PLACEHOLDER
        self.image_token_id = tokenizer.convert_tokens_to_ids(_PLACEHOLDER)
        ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)


def processor(folder: Path) -> Any:
    """Return what turns texts and pictures into a model's inputs, from the model's folder."""
    if find_spec("torchvision"):
        made = AutoProcessor.from_pretrained(folder, local_files_only=True)
    else:
        reader = Qwen2VLImageProcessorPil.from_pretrained(folder, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        made = PictureProcessor(reader, tokenizer, tokenizer.chat_template)
    # Where prompts of a batch have several lengths, answers must begin at one place.
    made.tokenizer.padding_side = "left"
    made.image_processor.size = {"shortest_edge": MIN_PIXELS, "longest_edge": MAX_PIXELS}
    return made
