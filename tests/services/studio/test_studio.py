"""The studio's HTTP: the page, a photo in, words in, pictures and reasons out."""

import http.client
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from iea.settings import Settings
from services import local
from services.studio import make_server
from tests import images


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("studio"))
    with local.run(settings) as gateway, make_server(gateway, 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@contextmanager
def _asked(
    port: int, method: str, path: str, body: bytes | None = None, **headers: str
) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers)
    yield connection.getresponse()
    connection.close()


def _json(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
    with _asked(port, method, path, body, **headers) as response:
        return response.status, json.loads(response.read())


def _session(port: int) -> str:
    status, opened = _json(port, "POST", "/session", images.photo())
    assert status == 200
    assert (opened["width"], opened["height"]) == (640, 427)
    return str(opened["session"])


def test_the_page_loads_nothing_from_elsewhere(port: int) -> None:
    with _asked(port, "GET", "/") as response:
        page = response.read().decode()
        assert response.headers["Content-Type"].startswith("text/html")
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "http://" not in page
    assert "https://" not in page


def test_words_change_the_picture_and_the_steps_say_why(port: int) -> None:
    session = _session(port)
    body = json.dumps({"session": session, "words": "make it darker"}).encode()
    status, turn = _json(port, "POST", "/turn", body)
    assert status == 200
    assert turn["reply"]["kind"] == "edited"
    step = turn["program"]["steps"][0]
    assert "fell" in step["effect_text"]
    assert "darker" in step["reason"]
    with _asked(port, "GET", f"/picture?session={session}&suffix=.png") as response:
        after = np.asarray(Image.open(io.BytesIO(response.read())))
    assert after.mean() < np.asarray(Image.open(io.BytesIO(images.photo()))).mean()
    assert _json(port, "GET", f"/trace?session={session}")[1]["head"] == turn["id"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/session", b"not a photo", 400),
        ("POST", "/turn", b"{", 400),
        ("POST", "/turn", b'{"session": "none", "words": "x"}', 404),
        ("GET", "/picture?session=none", None, 404),
        ("GET", "/trace?session=none", None, 404),
        ("GET", "/other", None, 404),
        ("POST", "/other", b"", 404),
    ],
)
def test_a_wrong_call_gets_one_sentence(
    port: int, method: str, path: str, body: bytes | None, status: int
) -> None:
    got, answer = _json(port, method, path, body)
    assert got == status
    assert answer["error"].endswith(".")
    assert "Traceback" not in answer["error"]


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_a_foreign_page_is_turned_away(port: int, headers: dict[str, str]) -> None:
    assert _json(port, "GET", "/trace?session=x", **headers)[0] == 403


def test_a_body_over_the_limit_is_refused_unread(port: int) -> None:
    status, answer = _json(port, "POST", "/turn", b"x", **{"Content-Length": str(1 << 40)})
    assert status == 400
    assert "larger" in answer["error"]


def test_a_taken_port_is_one_sentence(port: int) -> None:
    from iea.errors import UnavailableError

    with pytest.raises(UnavailableError, match=f"Port {port} "):
        make_server("127.0.0.1:1", port)


def test_the_page_ships_with_the_service() -> None:
    from services.studio import server

    assert Path(server.PAGE).is_file()
