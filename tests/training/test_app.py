"""The Celery application's nightly order: what people allow training on, and nothing else."""

import json
import logging
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iea.blobs import Blobs
from services.traces.store import TraceStore
from tests import images
from tests.traces import header, turn
from training import app
from training.importers import traces
from training.order import orders, read_order
from training.records import Skipped

CONSENTED = {"consent": "Yes, use it.", "day": "2026-11-27"}


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(app, "runs", tmp_path / "runs")
    monkeypatch.setenv("IEA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("IEA_PHOTOS_DIR", str(tmp_path))
    return tmp_path / "runs"


def trace(data_dir: Path, session: str, **consented: str) -> None:
    """Put a session of one turn into the services' stores."""
    first = {**header(session), **consented}
    first["photo"]["sha256"] = Blobs(data_dir / "blobs").put(images.photo())
    with closing(TraceStore(data_dir / "traces.sqlite")) as store:
        store.create(first)
        store.append(session, turn(1, words="brighter"), 1)


def test_a_night_orders_a_pipeline_on_the_consented_sessions(tmp_path: Path, runs: Path) -> None:
    trace(tmp_path / "data", "yes", **CONSENTED)
    trace(tmp_path / "data", "no")
    name = app.nightly()
    assert datetime.strptime(name, "nightly-%Y-%m-%d").replace(tzinfo=UTC)
    assert orders(runs) == [runs / name]
    sources = read_order(runs / name).sources
    assert sources == {"traces": str(runs / name / "traces"), "photos": str(tmp_path)}
    (pair,) = traces.read(Path(sources["traces"]), Skipped())
    assert pair.name == "yes"
    assert [record.words for record in pair.records] == ["brighter"]
    manifest = json.loads((runs / name / "traces" / "manifest.json").read_text())
    assert manifest["consent"] == [CONSENTED["consent"]]
    assert app.nightly() == name


def test_a_night_without_a_consent_orders_nothing_and_says_so(
    tmp_path: Path, runs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert app.nightly() == ""
        trace(tmp_path / "data", "no")
        assert app.nightly() == ""
    assert [record.getMessage() for record in caplog.records if record.name == app.__name__] == [
        f"Nothing is ordered: iea: {tmp_path}/data holds no traces: "
        "name the folder of the services.",
        "Nothing is ordered: iea: No session is left to export (1 a session carries no consent).",
    ]
    assert not runs.exists()


def test_a_night_without_photos_orders_nothing(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace(tmp_path / "data", "yes", **CONSENTED)
    monkeypatch.delenv("IEA_PHOTOS_DIR")
    assert app.nightly() == ""
    assert not runs.exists()
