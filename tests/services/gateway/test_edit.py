"""EditService over real servers: what a session records, turn by turn."""

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iea import trace as traces
from iea.client import Client
from iea.errors import (
    ExhaustedError,
    IeaError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from iea.image import decode, encode
from iea.program import Program
from iea.render import render
from iea.replay import replay
from iea.rpc.channel import Remote
from iea.settings import Settings
from iea.v1 import edit_service_pb2 as pb
from iea.v1.edit_service_pb2_grpc import EditServiceStub
from tests import images
from tests.services import stack


@pytest.fixture
def session(client: Client) -> str:
    return client.create_session(client.upload(images.photo()).sha256, seed=7)


def test_an_upload_tells_what_the_photo_is(client: Client) -> None:
    photo = client.upload(images.photo())
    assert photo.sha256 == hashlib.sha256(images.photo()).hexdigest()
    assert (photo.width, photo.height, photo.format) == (640, 427, "jpeg")


def test_a_photo_that_breaks_off_is_refused_at_upload(client: Client) -> None:
    with pytest.raises(InvalidError, match=r"broken\.jpg"):
        client.upload(images.photo()[:50_000], name="broken.jpg")


def test_an_upload_is_decoded_in_a_process_apart(settings: Settings) -> None:
    mine = set(children())
    apart = replace(settings, decode_sandbox=True)
    with stack.gateway(apart) as address, Client(address) as client:
        client.upload(images.photo())
        assert set(children()) - mine
    assert not set(children()) - mine


def children() -> list[int]:
    """Return the processes that this one started."""
    own = Path(f"/proc/{os.getpid()}/task")
    return [int(pid) for task in own.iterdir() for pid in (task / "children").read_text().split()]


def test_an_empty_upload_is_refused(client: Client) -> None:
    with pytest.raises(InvalidError):
        client.upload(b"")


def test_a_photo_over_the_limit_is_refused(settings: Settings) -> None:
    small = replace(settings, max_photo_bytes=1000)
    with (
        stack.gateway(small) as address,
        Client(address) as client,
        pytest.raises(InvalidError, match="1,000"),
    ):
        client.upload(images.photo())


def test_a_turn_records_everything(client: Client, session: str) -> None:
    turn = client.edit(session, "brighter")
    assert turn["id"] == turn["head"] == "t1"
    assert turn["parent"] is None
    assert turn["words"] == "brighter"
    assert turn["reply"] == {"kind": "edited", "text": "Done."}
    assert [change["op"] for change in turn["patch"]] == ["add"]
    program = Program.parse(turn["program"])
    assert turn["program_sha256"] == program.digest
    (step,) = turn["program"]["steps"]
    assert step["params"] == {"ev": 0.5}
    assert step["effect"]["L"]["after"] > step["effect"]["L"]["before"]
    assert step["effect_text"].startswith("Exposure +0.5 EV")
    assert turn["effect"] == step["effect"]
    expected = render(program, decode(images.photo()))
    assert turn["render"] == {"sha256": expected.digest(), "width": 640, "height": 427}
    assert set(turn["timings_ms"]) == {"plan", "render", "measure"}


def test_the_trace_verifies_and_replays(client: Client, session: str) -> None:
    for words in ("brighter", "warmer", "undo", "what", "never"):
        client.edit(session, words)
    trace = client.trace(session)
    assert trace["seed"] == 7
    assert trace["chain"]["size"] == 6
    traces.verify(trace)
    assert list(replay(trace, images.photo())) == ["t1", "t2", "t3", "t4", "t5"]


def test_a_consent_is_recorded_word_for_word_with_its_day(client: Client) -> None:
    photo, words = (
        client.upload(images.photo()).sha256,
        "Meine Bilder dürfen – so – genutzt werden.",
    )
    days = [datetime.now(UTC).date().isoformat()]
    trace = client.trace(client.create_session(photo, consent=words))
    days.append(datetime.now(UTC).date().isoformat())
    assert trace["consent"] == words
    assert trace["day"] in days
    traces.verify(trace)


def test_without_a_consent_there_is_no_day(client: Client, session: str) -> None:
    assert not {"consent", "day"} & client.trace(session).keys()


def test_a_consent_has_words_and_an_end(client: Client) -> None:
    photo = client.upload(images.photo()).sha256
    assert client.create_session(photo, consent="x" * 2000)
    for wrong in ("x" * 2001, " \n"):
        with pytest.raises(InvalidError, match=r"consent must be text of 1 to 2,000") as failed:
            client.create_session(photo, consent=wrong)
        assert [v.field for v in failed.value.violations] == ["consent"]


@pytest.mark.parametrize(("words", "kind"), [("what", "clarification"), ("never", "refused")])
def test_what_is_no_edit_leaves_the_picture(
    client: Client, session: str, words: str, kind: str
) -> None:
    first = client.edit(session, "brighter")
    turn = client.edit(session, words)
    assert turn["reply"]["kind"] == kind
    assert (turn["parent"], turn["head"]) == ("t1", "t1")
    assert turn["render"] == first["render"]
    assert turn["program"]["steps"] == first["program"]["steps"]


def test_the_planner_hears_what_it_asked_about(client: Client, session: str) -> None:
    client.edit(session, "what")
    assert [s["tool"] for s in client.edit(session, "that one")["program"]["steps"]] == ["exposure"]
    assert client.edit(session, "that one")["reply"]["kind"] == "refused"


def test_a_refused_first_turn_shows_the_original(client: Client, session: str) -> None:
    turn = client.edit(session, "never")
    assert turn["head"] is None
    assert turn["render"]["sha256"] == decode(images.photo()).digest()
    assert client.trace(session)["head"] is None


def test_undo_moves_the_head_and_the_next_turn_branches_there(client: Client, session: str) -> None:
    first = client.edit(session, "brighter")
    client.edit(session, "warmer")
    undone = client.edit(session, "undo")
    assert (undone["parent"], undone["head"]) == ("t2", "t1")
    assert undone["render"] == first["render"]
    branch = client.edit(session, "warmer")
    assert (branch["parent"], branch["head"]) == ("t1", "t4")
    client.edit(session, "undo")
    assert client.edit(session, "undo")["head"] is None


def test_what_was_undone_comes_back_until_something_else_is_asked(
    client: Client, session: str
) -> None:
    done = [client.edit(session, words)["program_sha256"] for words in ("brighter", "warmer")]
    for words in ("undo", "never", "undo"):
        client.edit(session, words)
    again = [client.edit(session, "redo")["program_sha256"] for _ in done]
    assert again == done
    assert client.edit(session, "redo")["reply"]["kind"] == "refused"
    client.edit(session, "undo")
    client.edit(session, "brighter")
    assert client.edit(session, "redo")["reply"]["kind"] == "refused"


def test_a_request_id_gives_the_earlier_turn_again(client: Client, session: str) -> None:
    first = client.edit(session, "brighter", request_id="once")
    assert client.edit(session, "brighter", request_id="once") == first
    # Without planning again: the planner would have failed.
    assert client.edit(session, "broken", request_id="once") == first
    assert len(client.trace(session)["turns"]) == 1


def test_pictures_come_by_turn_and_suffix(client: Client, session: str) -> None:
    client.edit(session, "brighter")
    client.edit(session, "warmer")
    photo = decode(images.photo())
    programs = [Program.parse(turn["program"]) for turn in client.trace(session)["turns"]]
    assert client.download(session, ".png", turn="t1") == encode(render(programs[0], photo), ".png")
    assert client.download(session, ".jpg", quality=80) == encode(
        render(programs[1], photo), ".jpg", quality=80
    )


def test_what_does_not_exist_is_named(client: Client, session: str) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        client.edit("nobody", "brighter")
    with pytest.raises(NotFoundError, match="t9"):
        client.download(session, ".png", turn="t9")
    with pytest.raises(NotFoundError, match="0000"):
        client.create_session("0" * 64)
    with pytest.raises(InvalidError, match="SHA-256"):
        client.create_session("../../etc/passwd")
    with pytest.raises(InvalidError, match="bmp"):
        client.download(session, ".bmp")


def test_faults_of_a_request_are_all_listed(client: Client) -> None:
    with pytest.raises(InvalidError) as failed:
        client.edit("", "x" * 2001, request_id="y" * 65)
    assert [v.field for v in failed.value.violations] == ["session", "words", "request_id"]


def test_errors_of_the_services_behind_come_through(client: Client, session: str) -> None:
    with pytest.raises(ExhaustedError, match="The planner is busy"):
        client.edit(session, "busy")
    with pytest.raises(IeaError, match="request id") as failed:
        client.edit(session, "broken")
    assert "KeyError" not in str(failed.value)
    assert not client.trace(session)["turns"]


def test_a_service_that_is_away_is_named(settings: Settings, client: Client, session: str) -> None:
    alone = replace(settings, planner_address="127.0.0.1:1")
    with (
        stack.gateway(alone) as address,
        Remote(address, EditServiceStub) as remote,
        pytest.raises(UnavailableError, match=r"cannot reach 127\.0\.0\.1:1: is it running\?"),
    ):
        remote.call("Edit", pb.EditRequest(session=session, words="brighter"))
