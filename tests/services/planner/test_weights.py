"""The weights that come with the planner: what they are made from is what is committed."""

import hashlib
import json
from itertools import groupby

from services.planner.embedded.backend import MODEL
from training.wordings import corpus_digest, read_corpus

MANIFEST = json.loads((MODEL / "manifest.json").read_text("utf-8"))


def test_the_files_are_those_of_the_manifest() -> None:
    digests = {
        name: hashlib.sha256((MODEL / name).read_bytes()).hexdigest() for name in MANIFEST["sha256"]
    }
    assert digests == MANIFEST["sha256"]


def test_they_were_trained_from_the_corpus_as_it_is() -> None:
    assert MANIFEST["corpus_sha256"] == corpus_digest(read_corpus())


def test_they_went_through_all_stages() -> None:
    settings, stages = MANIFEST["settings"], []
    while settings:
        stages.append(settings["stage"])
        settings = settings.get("before")
    assert [stage for stage, _ in groupby(stages)] == ["synthetic", "grpo", "sft"]
