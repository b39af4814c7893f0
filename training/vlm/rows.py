"""Records as rows that trl's trainers take: what is asked, what is answered, and the pictures."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import datasets

from iea.errors import InvalidError
from training.records import Record, Skipped
from training.vlm.pictures import Pictures
from training.vlm.prompts import answer, messages, parse
from training.vlm.settings import Grpo, Sft

FITS = 10.0
"""The score of words that are right."""


def usable(
    records: Sequence[Record],
    pictures: Pictures,
    settings: Sft | Grpo,
    skipped: Skipped,
) -> list[Record]:
    """Return the records that can be learnt from, and count the others with their reasons.

    A record is left out where a picture cannot be read, where its answer cannot be said with the
    toolset, or not read back, where the reward does not know what the right answer is, and where
    its words do not fit, which only a reward model learns from.
    """
    names = sorted({name for r in records for name in (r.photo, r.after) if name})
    with ThreadPoolExecutor() as pool:
        faults = dict(zip(names, pool.map(pictures.fault, names), strict=True))
    kept = []
    for record in records:
        if fault := faults[record.photo] or faults.get(record.after):
            skipped.add("a picture cannot be read", fault)
        elif fault := _unsayable(record, settings.toolset):
            skipped.add(f"the answer cannot be said with {settings.toolset}", fault)
        elif record.reply != "edited" and getattr(settings, "reward", "") == "published":
            skipped.add("the published reward knows no refusals", record.words)
        elif record.score is not None and record.score < FITS:
            skipped.add("its words do not fit: it is for a reward model", record.words)
        else:
            kept.append(record)
    return kept


def _unsayable(record: Record, toolset: str) -> str:
    try:
        messages(record, toolset)
        parse(answer(record, toolset), record.task, toolset)
    except InvalidError as error:
        return str(error)
    return ""


def table(
    records: Sequence[Record], chosen: range, pictures: Pictures, toolset: str
) -> datasets.Dataset:
    """Return rows `prompt`, `completion`, `images`, and `record`, the index of the record.

    They are made when they are read, so that no more pictures are in memory than a batch has.
    """

    def rows(batch: dict[str, list[int]]) -> dict[str, list[Any]]:
        asked = [records[i] for i in batch["record"]]
        return {
            "prompt": [messages(record, toolset) for record in asked],
            "completion": [[_said(answer(record, toolset))] for record in asked],
            "images": [pictures.shown(record) for record in asked],
            "record": batch["record"],
        }

    return datasets.Dataset.from_dict({"record": chosen}).with_transform(rows)


def _said(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "text", "text": text}]}
