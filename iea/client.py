"""What product teams import: photos edited by conversation, through a server.

    with Client("gateway:50051") as client:
        photo = client.upload(data, name="beach.jpg")
        session = client.create_session(photo.sha256)
        turn = client.edit(session, "warmer, and a bit brighter")
        picture = client.download(session, ".jpg")

Every method raises the errors of `iea.errors`: `UnavailableError` where the server cannot be
reached, `ExhaustedError` where it is busy or the time ran out, besides those that it names.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from iea.errors import UnavailableError
from iea.rpc.channel import TIMEOUT_S, Remote
from iea.rpc.structs import from_struct
from iea.v1 import edit_service_pb2 as pb
from iea.v1.edit_service_pb2_grpc import EditServiceStub

CHUNK = 256 << 10
RETRIES_S = (0.2, 0.6)
"""Pauses before a call is repeated on a server that cannot be reached."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Photo:
    """A photo that the server holds; width and height are upright, in pixels."""

    sha256: str
    width: int
    height: int
    format: str


class Client:
    """A connection to the gateway at HOST:PORT; `timeout_s` is the time of each call in seconds.

    Calls that can safely be repeated are, when the server cannot be reached for a moment.
    """

    def __init__(self, address: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._remote = Remote(address, EditServiceStub, timeout_s)

    def upload(self, data: bytes, *, name: str = "") -> Photo:
        """Store a photo (an encoded file); `name` is what errors call it.

        Raises `InvalidError` if it is not a readable photo or over the limits.
        """
        response = _again(lambda: self._remote.call("UploadPhoto", _chunks(data, name[:255])))
        photo = response.photo
        return Photo(photo.sha256, photo.width, photo.height, photo.format)

    def create_session(self, photo_sha256: str, *, seed: int = 0, consent: str = "") -> str:
        """Open a session on an uploaded photo and return its id; `seed` is for grain, 32 bits.

        `consent` is what the person agreed to, word for word, when they allowed training on this
        session (at most 2,000 characters); without it nobody trains on it.

        Raises `NotFoundError` for a photo that the server does not hold, `InvalidError` for a
        consent that is blank or too long. Not repeated by itself: it might open two.
        """
        request = pb.CreateSessionRequest(photo_sha256=photo_sha256, seed=seed, consent=consent)
        session: str = self._remote.call("CreateSession", request).session
        return session

    def edit(self, session: str, words: str, *, request_id: str | None = None) -> dict[str, Any]:
        """Take one turn and return it as it stands in a trace file.

        With the `request_id` of an earlier turn (at most 64 characters), that turn comes again.
        Raises `InvalidError` for words over 2,000 characters, `NotFoundError` without such a
        session, `ConflictError` where another turn was recorded meanwhile.
        """
        request = pb.EditRequest(
            session=session, words=words, request_id=request_id or uuid.uuid4().hex
        )
        return from_struct(_again(lambda: self._remote.call("Edit", request)).turn)

    def trace(self, session: str) -> dict[str, Any]:
        """Return everything recorded of a session, as it stands in a trace file.

        Raises `NotFoundError` without such a session.
        """
        request = pb.GetSessionRequest(session=session)
        first, *turns = _again(lambda: list(self._remote.stream("GetSession", request)))
        return {**from_struct(first.trace), "turns": [from_struct(part.turn) for part in turns]}

    def download(
        self, session: str, suffix: str, *, turn: str = "", quality: int = 90, gps: bool = True
    ) -> bytes:
        """Render a turn in full ("" is the head) and return the picture, encoded.

        `suffix` is ".jpg", ".png", ".webp", ".tif", ".avif" or ".heic"; `quality` is 1..100 where
        the format loses something; without `gps` the file does not tell where the photo was taken.
        Raises `NotFoundError` without such a session or turn, `InvalidError` for suffix or quality.
        """
        request = pb.DownloadPictureRequest(
            session=session, turn=turn, suffix=suffix, quality=quality, no_gps=not gps
        )
        parts = _again(lambda: list(self._remote.stream("DownloadPicture", request)))
        return b"".join(part.chunk for part in parts)

    def close(self) -> None:
        """Close the connection."""
        self._remote.close()

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the connection."""
        self.close()


def _chunks(data: bytes, name: str) -> Iterator[pb.UploadPhotoRequest]:
    yield pb.UploadPhotoRequest(chunk=data[:CHUNK], display_name=name)
    for start in range(CHUNK, len(data), CHUNK):
        yield pb.UploadPhotoRequest(chunk=data[start : start + CHUNK])


def _again(call: Callable[[], Result]) -> Result:
    for pause in RETRIES_S:
        try:
            return call()
        except UnavailableError:
            time.sleep(pause)
    return call()
