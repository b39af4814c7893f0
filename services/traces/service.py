"""TraceService over the store."""

from collections.abc import Iterator

import grpc

from iea.rpc.server import Service
from iea.rpc.structs import from_struct, to_struct
from iea.settings import Settings
from iea.v1 import trace_service_pb2 as pb
from iea.v1 import trace_service_pb2_grpc as pb_grpc
from services.traces.store import Chain, TraceStore


class TraceService(pb_grpc.TraceServiceServicer):
    """Translates between messages and `TraceStore`."""

    def __init__(self, store: TraceStore) -> None:
        self._store = store

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def CreateTrace(  # noqa: N802
        self, request: pb.CreateTraceRequest, context: grpc.ServicerContext
    ) -> pb.CreateTraceResponse:
        """See trace_service.proto."""
        chain = self._store.create(from_struct(request.header))
        return pb.CreateTraceResponse(chain=_chain(chain))

    def AppendTurn(  # noqa: N802
        self, request: pb.AppendTurnRequest, context: grpc.ServicerContext
    ) -> pb.AppendTurnResponse:
        """See trace_service.proto."""
        turn = {**from_struct(request.turn), "head": request.head or None}
        chain, kept = self._store.append(
            request.session, turn, request.expected_size, request.request_id
        )
        return pb.AppendTurnResponse(chain=_chain(chain), turn=to_struct(kept))

    def GetTrace(  # noqa: N802
        self, request: pb.GetTraceRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.GetTraceResponse]:
        """See trace_service.proto."""
        # Asked first: a turn appended in between is then in the trace, only not named.
        known = self._store.turn_of(request.session, request.request_id)
        trace = self._store.read(request.session)
        turns = trace.pop("turns")
        yield pb.GetTraceResponse(trace=to_struct(trace), turn_of_request=known)
        for turn in turns:
            yield pb.GetTraceResponse(turn=to_struct(turn))

    def ListTraces(  # noqa: N802
        self, request: pb.ListTracesRequest, context: grpc.ServicerContext
    ) -> pb.ListTracesResponse:
        """See trace_service.proto."""
        listed, token = self._store.page(request.page_size, request.page_token)
        traces = [pb.TraceSummary(**summary._asdict()) for summary in listed]
        return pb.ListTracesResponse(traces=traces, next_page_token=token)

    def VerifyTrace(  # noqa: N802
        self, request: pb.VerifyTraceRequest, context: grpc.ServicerContext
    ) -> pb.VerifyTraceResponse:
        """See trace_service.proto."""
        return pb.VerifyTraceResponse(chain=_chain(self._store.verify(request.session)))


def _chain(chain: Chain) -> pb.Chain:
    return pb.Chain(root=chain.root, size=chain.size)


def build(settings: Settings) -> list[Service]:
    """Return the service for a server, on the store of the data folder."""
    servicer = TraceService(TraceStore(settings.data_dir / "traces.sqlite"))
    return [
        (pb_grpc.add_TraceServiceServicer_to_server, servicer, "iea.v1.TraceService"),
    ]
