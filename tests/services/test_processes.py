"""Five processes do what one does, and one of them may die and come back."""

import json
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from iea import trace as traces
from iea.client import Client
from iea.errors import UnavailableError
from iea.replay import replay
from iea.settings import Settings
from services import local
from tests import images
from tests.services import stack
from tests.services.processes import ROOT, free_port, process

WORDS = ("make it brighter", "a bit warmer, please", "undo that", "add some grain")


def _edit(address: str) -> tuple[list[Any], bytes, dict[str, Any]]:
    with Client(address) as client:
        session = client.create_session(client.upload(images.photo()).sha256, seed=3)
        turns = [client.edit(session, words) for words in WORDS]
        trace = client.trace(session)
        return [turn["render"] for turn in turns], client.download(session, ".png"), trace


def test_five_processes_give_the_same_pixels_as_one(tmp_path: Path) -> None:
    with local.run(Settings(data_dir=tmp_path / "one")) as address:
        expected = _edit(address)
    names = ("planner", "renderer", "traces", "quality", "gateway")
    ports = {name: free_port() for name in names}
    environ = {f"IEA_{name.upper()}_ADDRESS": f"127.0.0.1:{port}" for name, port in ports.items()}
    environ["IEA_DATA_DIR"] = str(tmp_path / "five")
    with ExitStack() as started:
        for name in names:
            started.enter_context(process(name, ports[name], environ))
        renders, picture, trace = _edit(f"127.0.0.1:{ports['gateway']}")
    assert renders == expected[0]
    assert picture == expected[1]
    traces.verify(trace)
    assert len(list(replay(trace, images.photo()))) == len(WORDS)
    for key in ("words", "reply", "patch", "program", "effect", "head"):
        assert [t[key] for t in trace["turns"]] == [t[key] for t in expected[2]["turns"]]


def test_traces_may_be_killed_and_come_back(settings: Settings, tmp_path: Path) -> None:
    port = free_port()
    environ = {"IEA_DATA_DIR": str(tmp_path)}
    away = replace(settings, traces_address=f"127.0.0.1:{port}")
    with stack.gateway(away) as address, Client(address) as client:
        photo = client.upload(images.photo())
        with process("traces", port, environ) as first:
            session = client.create_session(photo.sha256)
            turn = client.edit(session, "brighter", request_id="one")
            first.send_signal(signal.SIGKILL)
            first.wait()
            with pytest.raises(UnavailableError, match=f"cannot reach 127.0.0.1:{port}"):
                client.edit(session, "warmer")
        with process("traces", port, environ):
            assert client.trace(session)["turns"] == [turn]
            assert client.edit(session, "brighter", request_id="one") == turn
            assert client.edit(session, "warmer")["parent"] == turn["id"]
            traces.verify(client.trace(session))


def test_sigterm_ends_a_process_well_and_its_log_is_json(tmp_path: Path) -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "services.traces", "--port", "0"],
        env={"IEA_DATA_DIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    assert started.stderr
    first = json.loads(started.stderr.readline())
    assert first["event"] == "started"
    started.terminate()
    lines = [json.loads(line) for line in started.stderr]
    assert lines[-1]["event"] == "stopped"
    assert started.wait() == 0
    started.stderr.close()


@pytest.mark.parametrize(
    ("environ", "arguments", "said"),
    [
        ({"IEA_GRACE_S": "soon", "IEA_METRICS_PORT": "x"}, [], "IEA_METRICS_PORT is 'x'"),
        ({}, ["--port", "99999"], "--port is 99999"),
    ],
)
def test_a_wrong_start_is_told_in_a_sentence(
    environ: dict[str, str], arguments: list[str], said: str, tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "services.traces", *arguments],
        env={"IEA_DATA_DIR": str(tmp_path), **environ},
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
