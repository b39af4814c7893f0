"""No file, however malformed, is worth more than a sentence: no crash, no other error, no flood."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.image import corpus

Runs = dict[str, Future[subprocess.CompletedProcess[str]]]


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    """For each format a process that decodes without the sandbox: a crash names its file."""

    def judged(kind: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.image.corpus", kind]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    with ThreadPoolExecutor(2) as pool:
        yield {kind: pool.submit(judged, kind) for kind in corpus.GOOD}


@pytest.mark.parametrize("kind", corpus.GOOD)
def test_every_malformed_file_gives_a_picture_or_a_sentence(kind: str, runs: Runs) -> None:
    done = runs[kind].result()
    *files, last = done.stdout.splitlines()
    assert done.returncode == 0, f"{last}: {done.stderr[-2000:]}"
    result = json.loads(last)
    assert result["wrong"] == []
    assert result["slowest"] < corpus.SECONDS
    assert len(files) == len(set(files)) > corpus.PER_FORMAT
    assert result["refused"] > 100
    assert result["picture"] > 50


def test_the_corpus_has_at_least_2000_files() -> None:
    assert len(corpus.GOOD) * corpus.PER_FORMAT > 2000
