"""Services in this process for tests, with a planner that knows a few fixed phrases."""

# ruff: noqa: N802 - gRPC names the methods

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import grpc

from iea.errors import ExhaustedError
from iea.program import Change, Program, Step, diff
from iea.rpc import convert
from iea.rpc.server import Server, Service
from iea.settings import Settings
from iea.v1 import planner_service_pb2 as pb
from iea.v1 import planner_service_pb2_grpc as pb_grpc
from services.gateway.service import build as build_gateway
from services.quality.service import build as build_quality
from services.renderer.service import build as build_renderer
from services.traces.service import build as build_traces

_PLANNER = pb.Planner(backend="scripted", model="none", version="1")


class ScriptedPlanner(pb_grpc.PlannerServiceServicer):
    """Answers "brighter", "warmer", "undo", "redo", "what", "never", "busy" and "broken".

    To its question after "what" every answer means "brighter".
    """

    def Plan(self, request: pb.PlanRequest, context: grpc.ServicerContext) -> pb.PlanResponse:
        programs = [Program(), *(convert.program_from_proto(t.program) for t in request.history)]
        before = programs[-1]
        words = "brighter" if request.asked == "what" else request.words
        match words:
            case "brighter" | "warmer":
                tool = {"brighter": "exposure", "warmer": "temperature"}[words]
                params = {"ev": 0.5} if tool == "exposure" else {"amount": 20.0}
                step = Step(tool, params, f"s{len(before.steps) + 1}", "it was asked for")
                after = Program((*before.steps, step))
                return self._answer("edited", "Done.", (Change("add", step),), after)
            case "undo" if request.history:
                after = programs[-2]
                return self._answer("edited", "Undone.", diff(before, after), after, undo=1)
            case "redo" if request.HasField("undone"):
                after = convert.program_from_proto(request.undone)
                return self._answer("edited", "Again.", diff(before, after), after)
            case "what":
                return self._answer("clarification", "What do you mean?", (), before)
            case "busy":
                raise ExhaustedError("The planner is busy: try again later.")
            case "broken":
                raise KeyError(request.words)
        return self._answer("refused", "That cannot be done.", (), before)

    def GetPlanner(
        self, request: pb.GetPlannerRequest, context: grpc.ServicerContext
    ) -> pb.GetPlannerResponse:
        return pb.GetPlannerResponse(planner=_PLANNER)

    def _answer(
        self, kind: str, text: str, patch: Any, program: Program, undo: int = 0
    ) -> pb.PlanResponse:
        return pb.PlanResponse(
            reply=pb.Reply(kind=convert.KINDS[kind], text=text),
            patch=convert.patch_to_proto(patch),
            program=convert.program_to_proto(program),
            undo=undo,
            planner=_PLANNER,
        )


def build_scripted_planner(settings: Settings) -> list[Service]:
    adder = pb_grpc.add_PlannerServiceServicer_to_server
    return [(adder, ScriptedPlanner(), "iea.v1.PlannerService")]


BEHIND = {
    "planner": build_scripted_planner,
    "renderer": build_renderer,
    "traces": build_traces,
    "quality": build_quality,
}


@contextmanager
def running(settings: Settings) -> Iterator[Settings]:
    """Run all services but the gateway; yields settings with their addresses."""
    with ExitStack() as stack:
        for name, build in BEHIND.items():
            server = stack.enter_context(Server(name, build(settings), "127.0.0.1:0", settings))
            address: Any = {f"{name}_address": server.address}
            settings = replace(settings, **address)
        yield settings


@contextmanager
def gateway(settings: Settings) -> Iterator[str]:
    """Run a gateway to the services that the settings name; yields its address."""
    with Server("gateway", build_gateway(settings), "127.0.0.1:0", settings) as server:
        yield server.address
