"""A tiny model, a data set of all three tasks, and what the one becomes by the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from iea.blobs import Blobs
from tests.training.vlm.examples import records
from tests.training.vlm.tiny import make
from training.records import Dataset, Skipped
from training.vlm import sft
from training.vlm.prompts import answer, messages
from training.vlm.settings import Sft

MEMORISED = Sft(
    toolset="iea16", steps=90, rate=1e-2, batch=4, device_batch=4, save_every=45, held_out=4
)


@pytest.fixture(scope="package", autouse=True)
def _one_thread() -> Iterator[None]:
    """Models this small only wait for a second thread; and sums have one order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="package")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("data")
    return Dataset.write(folder, records(Blobs(folder / "blobs")), Skipped())


@pytest.fixture(scope="package")
def base(tmp_path_factory: pytest.TempPathFactory, data: Dataset) -> Path:
    asked = [part["text"] for r in data for m in messages(r, "iea16") for part in m["content"][-1:]]
    return make(tmp_path_factory.mktemp("base"), [*asked, *(answer(r, "iea16") for r in data)])


@pytest.fixture(scope="package")
def memorised(tmp_path_factory: pytest.TempPathFactory, data: Dataset, base: Path) -> Path:
    """Return the folder of a run that has learnt the data set by heart."""
    folder = tmp_path_factory.mktemp("memorised")
    sft.train(folder, base, data, MEMORISED)
    return folder
