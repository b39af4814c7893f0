"""One turn from words to record: plan, render, measure, append."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from iea.errors import InvalidError, Violation
from iea.program import Program
from iea.rpc import convert
from iea.rpc.channel import MAX_MESSAGE_BYTES, Remote
from iea.rpc.structs import from_struct, to_struct
from iea.trace import FORMAT
from iea.v1 import planner_service_pb2 as planner_pb
from iea.v1 import quality_service_pb2 as quality_pb
from iea.v1 import renderer_service_pb2 as renderer_pb
from iea.v1 import trace_service_pb2 as trace_pb
from services.gateway.photos import Photo
from services.gateway.turns import Measured, Planned, Turn, path, program_of, record, undone

MAX_WORDS = 2000
MAX_REQUEST_ID = 64
MAX_HISTORY = 1000
MAX_HISTORY_BYTES = MAX_MESSAGE_BYTES // 2


@dataclass(frozen=True)
class Editor:
    """Carries turns out with the four services that know how."""

    planner: Remote
    renderer: Remote
    quality: Remote
    traces: Remote

    def open(self, photo: Photo, seed: int, consent: str = "") -> str:
        """Open a session on a photo and return its id.

        `consent` is what the person agreed to when they allowed training on it, "" where they did
        not. Raises `InvalidError` for one that is blank or too long.
        """
        planner = self.planner.call("GetPlanner", planner_pb.GetPlannerRequest()).planner
        tools = self.renderer.call("ListTools", renderer_pb.ListToolsRequest())
        session = uuid.uuid4().hex
        header = {
            "iea": FORMAT,
            "session": session,
            "photo": photo._asdict(),
            "planner": _fields(planner, "backend", "model", "version"),
            "toolset": _fields(tools.toolset, "name", "version"),
            "renderer": {"version": tools.renderer_version},
            "seed": seed,
        }
        if consent:
            # Only here: a session that nobody trains on does not say when it was.
            header |= {"consent": consent, "day": datetime.now(UTC).date().isoformat()}
        self.traces.call("CreateTrace", trace_pb.CreateTraceRequest(header=to_struct(header)))
        return session

    def trace(self, session: str) -> dict[str, Any]:
        """Return everything recorded of a session; `NotFoundError` if there is none."""
        return self._read(session)[0]

    def edit(self, session: str, words: str, request_id: str = "") -> dict[str, Any]:
        """Take one turn and return it as it was recorded; with an earlier request id, that turn.

        Raises `InvalidError` for words that are too long, `NotFoundError` without such a session,
        `ConflictError` where another turn was recorded meanwhile, and what the services raise.
        """
        _check(session, words, request_id)
        trace, earlier = self._read(session, request_id)
        if earlier is not None:
            return earlier
        photo, ms = trace["photo"]["sha256"], dict[str, float]()
        with _timed(ms, "plan"):
            planned = self._plan(trace, words)
        with _timed(ms, "render"):
            render = self._render(photo, planned.program)
        with _timed(ms, "measure"):
            measured = self._measure(photo, planned.program)
        turn = record(trace, words, planned, render, measured, ms)
        appended = self.traces.call(
            "AppendTurn",
            trace_pb.AppendTurnRequest(
                session=session,
                turn=to_struct(turn),
                head=turn["head"] or "",
                expected_size=trace["chain"]["size"],
                request_id=request_id,
            ),
        )
        return from_struct(appended.turn)

    def picture(
        self, photo_sha256: str, program: Program, suffix: str, quality: int, *, gps: bool
    ) -> str:
        """Render a program in full and return the digest of the encoded picture."""
        request = renderer_pb.RenderRequest(
            photo_sha256=photo_sha256,
            program=convert.program_to_proto(program),
            suffix=suffix,
            quality=quality,
            no_gps=not gps,
        )
        digest: str = self.renderer.call("Render", request).blob_sha256
        return digest

    def close(self) -> None:
        """Close the connections."""
        for remote in (self.planner, self.renderer, self.quality, self.traces):
            remote.close()

    def _read(
        self, session: str, request_id: str = ""
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Return a trace, and its turn that was recorded under the request id, if there is one."""
        request = trace_pb.GetTraceRequest(session=session, request_id=request_id)
        first, *rest = self.traces.stream("GetTrace", request)
        turns = [from_struct(part.turn) for part in rest]
        earlier = next((turn for turn in turns if turn["id"] == first.turn_of_request), None)
        return {**from_struct(first.trace), "turns": turns}, earlier

    def _plan(self, trace: Mapping[str, Any], words: str) -> Planned:
        back = undone(trace)
        answer = self.planner.call(
            "Plan",
            planner_pb.PlanRequest(
                photo_sha256=trace["photo"]["sha256"],
                words=words,
                history=_history(path(trace)),
                seed=trace["seed"],
                asked=_asked(trace),
                undone=None if back is None else convert.program_to_proto(back),
            ),
        )
        return Planned(
            kind=convert.kind_from_proto(answer.reply.kind),
            text=answer.reply.text,
            patch=convert.patch_from_proto(answer.patch),
            program=convert.program_from_proto(answer.program),
            undo=answer.undo,
        )

    def _render(self, photo_sha256: str, program: Program) -> dict[str, Any]:
        done = self.renderer.call(
            "Render",
            renderer_pb.RenderRequest(
                photo_sha256=photo_sha256, program=convert.program_to_proto(program)
            ),
        )
        return {"sha256": done.pixels_sha256, "width": done.width, "height": done.height}

    def _measure(self, photo_sha256: str, program: Program) -> Measured:
        answer = self.quality.call(
            "MeasureProgram",
            quality_pb.MeasureProgramRequest(
                photo_sha256=photo_sha256, program=convert.program_to_proto(program)
            ),
        )
        steps = {
            step.step_id: (convert.effect_from_proto(step.effect), step.text)
            for step in answer.steps
        }
        return Measured(convert.effect_from_proto(answer.effect), steps)


@contextmanager
def _timed(timings_ms: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings_ms[name] = round((time.perf_counter() - start) * 1000, 1)


def _check(session: str, words: str, request_id: str) -> None:
    faults = []
    if not session:
        faults.append(Violation("session", "is empty"))
    if len(words) > MAX_WORDS:
        faults.append(Violation("words", f"are {len(words):,} characters: use {MAX_WORDS:,}"))
    if len(request_id) > MAX_REQUEST_ID:
        faults.append(Violation("request_id", f"is longer than {MAX_REQUEST_ID} characters"))
    if faults:
        listed = "; ".join(f"{field} {what}" for field, what in faults)
        raise InvalidError(f"{listed}.", faults)


def _history(turns: Sequence[Turn]) -> list[planner_pb.PastTurn]:
    """Return the latest turns that fit a message, oldest first."""
    found: list[planner_pb.PastTurn] = []
    room = MAX_HISTORY_BYTES
    for turn in reversed(turns[-MAX_HISTORY:]):
        message = planner_pb.PastTurn(
            words=turn["words"],
            patch=convert.patch_to_proto(convert.patch_from_json(turn["patch"])),
            program=convert.program_to_proto(program_of(turn)),
        )
        room -= message.ByteSize()
        if room < 0:
            break
        found.append(message)
    return found[::-1]


def _asked(trace: Mapping[str, Any]) -> str:
    """Return the words that the last turn answered by a question, or ""."""
    last = trace["turns"][-1] if trace["turns"] else None
    return last["words"] if last and last["reply"]["kind"] == "clarification" else ""


def _fields(message: Any, *names: str) -> dict[str, str]:
    return {name: getattr(message, name) for name in names}
