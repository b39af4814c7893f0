"""HTTP for one person on this machine: the page, and three calls that go to the gateway."""

import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from iea.client import Client
from iea.errors import ConflictError, IeaError, InvalidError, NotFoundError, UnavailableError

PAGE = Path(__file__).with_name("page.html")
MAX_PHOTO = 256 << 20
"""Bytes of an uploaded photo."""
MAX_WORDS = 64 << 10
"""Bytes of a request that carries words."""
TIMEOUT = 60
"""Seconds that a silent browser is waited for."""

_STATUS = {
    InvalidError: HTTPStatus.BAD_REQUEST,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    UnavailableError: HTTPStatus.BAD_GATEWAY,
}


def serve(gateway: str, port: int) -> None:
    """Serve the page on 127.0.0.1 until interrupted."""
    with make_server(gateway, port) as server:
        print(f"The studio is at http://127.0.0.1:{server.server_port}; Ctrl-C stops it.")
        server.serve_forever()


def make_server(gateway: str, port: int) -> ThreadingHTTPServer:
    """Bind the page's server to 127.0.0.1; raises `UnavailableError` if the port is taken."""
    handler = type("Handler", (_Handler,), {"client": Client(gateway), "timeout": TIMEOUT})
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise UnavailableError(
            f"Port {port} cannot be used ({error.strerror}): give another with --port."
        ) from None


class _Handler(BaseHTTPRequestHandler):
    client: Client

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        if url.path == "/":
            self._guarded(lambda: self._send(PAGE.read_bytes(), "text/html; charset=utf-8"))
        elif url.path == "/picture":
            self._guarded(lambda: self._picture(query))
        elif url.path == "/trace":
            self._guarded(lambda: self._json(self.client.trace(query.get("session", ""))))
        else:
            self._fail(HTTPStatus.NOT_FOUND, "There is no such page: go to /.")

    def do_POST(self) -> None:
        if self.path == "/session":
            self._guarded(self._open)
        elif self.path == "/turn":
            self._guarded(self._turn)
        else:
            self._fail(HTTPStatus.NOT_FOUND, "There is no such page: go to /.")

    def _open(self) -> None:
        photo = self.client.upload(self._body(MAX_PHOTO), name="the photo")
        session = self.client.create_session(photo.sha256)
        self._json({"session": session, "width": photo.width, "height": photo.height})

    def _turn(self) -> None:
        try:
            asked = json.loads(self._body(MAX_WORDS))
            session, words = str(asked["session"]), str(asked["words"])
        except (ValueError, KeyError, TypeError):
            raise InvalidError("Send JSON with session and words.") from None
        turn = self.client.edit(session, words)
        self._json(turn)

    def _picture(self, query: dict[str, str]) -> None:
        suffix = query.get("suffix", ".jpg")
        data = self.client.download(query.get("session", ""), suffix, turn=query.get("turn", ""))
        kind = {".png": "image/png", ".webp": "image/webp", ".tif": "image/tiff"}
        self._send(data, kind.get(suffix, "image/jpeg"))

    def _body(self, limit: int) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            raise InvalidError("The request has no length: send one.")
        if int(length) > limit:
            raise InvalidError(
                f"That is larger than {limit >> 20 or 1} MiB: choose a smaller file."
            )
        return self.rfile.read(int(length))

    def _guarded(self, answer: Any) -> None:
        # A foreign page that resolves its own name to 127.0.0.1 must not reach the user's photos.
        host = self.headers.get("Host", "").rsplit(":", 1)[0]
        origin = self.headers.get("Origin")
        foreign = origin is not None and origin != f"http://{self.headers.get('Host')}"
        if host not in ("127.0.0.1", "localhost") or foreign:
            self._fail(HTTPStatus.FORBIDDEN, "The studio answers its own page only.")
            return
        try:
            answer()
        except IeaError as error:
            self._fail(_STATUS.get(type(error), HTTPStatus.SERVICE_UNAVAILABLE), str(error))

    def _json(self, value: Any) -> None:
        self._send(json.dumps(value).encode(), "application/json")

    def _fail(self, status: HTTPStatus, message: str) -> None:
        # The rest of a refused upload is not read: the connection cannot be used again.
        self.close_connection = True
        self._send(json.dumps({"error": message}).encode(), "application/json", status)

    def _send(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
            "img-src 'self' blob: data:; connect-src 'self'",
        )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: the services log what matters."""
