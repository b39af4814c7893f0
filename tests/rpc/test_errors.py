"""Errors over the wire: raised there, the same error here."""

import socket
import time

import grpc
import pytest
from google.protobuf.any_pb2 import Any
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from iea import errors
from iea.rpc.channel import Remote
from iea.rpc.context import DeadlineError
from iea.rpc.status import details_of
from iea.v1 import edit_service_pb2 as pb
from iea.v1 import planner_service_pb2 as planner_pb
from iea.v1.edit_service_pb2_grpc import EditServiceStub
from iea.v1.planner_service_pb2_grpc import PlannerServiceStub
from tests.rpc.conftest import Start
from tests.rpc.echo import ERRORS, VIOLATIONS, Echo

CODES = {
    "invalid": grpc.StatusCode.INVALID_ARGUMENT,
    "not found": grpc.StatusCode.NOT_FOUND,
    "conflict": grpc.StatusCode.ABORTED,
    "check": grpc.StatusCode.DATA_LOSS,
    "exhausted": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "unavailable": grpc.StatusCode.UNAVAILABLE,
    "late": grpc.StatusCode.DEADLINE_EXCEEDED,
    "bug": grpc.StatusCode.INTERNAL,
}


def _call(remote: Remote, shape: str, words: str) -> None:
    match shape:
        case "unary":
            remote.call("Edit", pb.EditRequest(words=words))
        case "stream in":
            remote.call("UploadPhoto", iter([pb.UploadPhotoRequest(display_name=words)]))
        case "stream out":
            list(remote.stream("GetSession", pb.GetSessionRequest(session=words)))


@pytest.mark.parametrize("shape", ["unary", "stream in", "stream out"])
@pytest.mark.parametrize("words", sorted(set(ERRORS) - {"bug"}))
def test_an_error_arrives_as_it_was_raised(start: Start, shape: str, words: str) -> None:
    _, remote = start(Echo())
    raised = ERRORS[words]()
    with pytest.raises(errors.IeaError) as failed:
        _call(remote, shape, words)
    assert type(failed.value) is type(raised)
    assert str(failed.value) == str(raised)
    if isinstance(failed.value, errors.InvalidError):
        assert failed.value.violations == VIOLATIONS


@pytest.mark.parametrize("words", sorted(ERRORS))
def test_statuses_have_their_code_details_and_request_id(start: Start, words: str) -> None:
    server, _ = start(Echo())
    with (
        grpc.insecure_channel(server.address) as channel,
        pytest.raises(grpc.RpcError) as failed,
    ):
        EditServiceStub(channel).Edit(
            pb.EditRequest(words=words), metadata=(("x-request-id", "asked-42"),), timeout=5
        )
    error = failed.value
    assert error.code() == CODES[words]
    assert dict(error.trailing_metadata())["x-request-id"] == "asked-42"
    info = _unpacked(error, error_details_pb2.ErrorInfo())
    assert info.domain == "iea"
    if words == "invalid":
        assert info.reason == "INVALID"
        bad = _unpacked(error, error_details_pb2.BadRequest())
        assert [(v.field, v.description) for v in bad.field_violations] == list(VIOLATIONS)
    if words == "bug":
        assert "asked-42" in error.details()
        assert "KeyError" not in str(error)
        assert "SECRET" not in str(error)


def _unpacked(error: grpc.RpcError, message):  # type: ignore[no-untyped-def]
    status = rpc_status.from_call(error)
    assert any(isinstance(d, Any) and d.Unpack(message) for d in status.details)
    return message


def test_request_ids_are_kept_made_and_never_forged(start: Start) -> None:
    server, _ = start(Echo())
    with grpc.insecure_channel(server.address) as channel:
        edit = EditServiceStub(channel).Edit
        for given in ("fine-1", "not fine", "x" * 129, None):
            metadata = () if given is None else (("x-request-id", given),)
            answer, call = edit.with_call(pb.EditRequest(), metadata=metadata, timeout=5)
            got = dict(call.trailing_metadata())["x-request-id"]
            assert answer.head.split()[0] == got
            assert (got == given) == (given == "fine-1")


def test_request_id_and_time_are_passed_on(start: Start) -> None:
    behind, _ = start(Echo())
    front, _ = start(Echo(behind.address))
    with grpc.insecure_channel(front.address) as channel:
        answer = EditServiceStub(channel).Edit(
            pb.EditRequest(words="pass on"), metadata=(("x-request-id", "far"),), timeout=7
        )
    request_id, left = answer.head.split()
    assert request_id == "far"
    assert 5 < float(left) < 7.1


def test_errors_from_two_services_away_arrive_unchanged(start: Start) -> None:
    behind, _ = start(Echo())
    _, remote = start(Echo(behind.address))
    for words in ("invalid", "late", "conflict"):
        with pytest.raises(type(ERRORS[words]()), match=str(ERRORS[words]())):
            remote.call("Edit", pb.EditRequest(words="pass on", session=words))


def test_a_server_that_is_not_there_is_named() -> None:
    with Remote("127.0.0.1:1", EditServiceStub) as remote:
        with pytest.raises(errors.UnavailableError, match=r"cannot reach 127\.0\.0\.1:1: is it"):
            remote.call("Edit", pb.EditRequest())
        with pytest.raises(errors.UnavailableError, match="is it running"):
            list(remote.stream("GetSession", pb.GetSessionRequest()))


def test_a_new_connection_does_not_wait_for_an_old_one(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with Remote(address, EditServiceStub) as old:
            for _ in range(5):  # every failure makes its pause before the next try longer
                with pytest.raises(errors.UnavailableError):
                    old.call("Edit", pb.EditRequest())
                time.sleep(0.3)
            taken.close()
            _, new = start(Echo(), address)
            new.call("Edit", pb.EditRequest())


def test_another_service_at_the_address_is_told(start: Start) -> None:
    server, _ = start(Echo())
    with (
        Remote(server.address, PlannerServiceStub) as remote,
        pytest.raises(errors.UnavailableError, match="is it the right service"),
    ):
        remote.call("Plan", planner_pb.PlanRequest())


def test_a_thousand_violations_still_arrive(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [
        errors.Violation(f"steps[{i}].params.ev", "is wrong – falsch " * 5) for i in range(1000)
    ]
    huge = errors.InvalidError("é" * 5000, many)
    assert len(details_of(huge)) <= 4200
    monkeypatch.setitem(ERRORS, "invalid", lambda: huge)
    _, remote = start(Echo())
    with pytest.raises(errors.InvalidError) as failed:
        remote.call("Edit", pb.EditRequest(words="invalid"))
    assert failed.value.violations[0] == many[0]


def test_time_is_a_limit() -> None:
    assert issubclass(DeadlineError, errors.ExhaustedError)
