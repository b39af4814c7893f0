"""What happens around every call, in one order: request id, log, metrics, and errors last.

Handlers of any shape pass through: one message or a stream, on either side. Health checks and
reflection do not: they come every few seconds and would fill the log.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import grpc

from iea.errors import IeaError
from iea.rpc import context, logs, metrics, status
from iea.rpc.context import Call

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
_NO_DEADLINE_S = 1e9


class Around(grpc.ServerInterceptor):
    """The one interceptor of a server; `deadline_s` is the time of a call that brings none."""

    def __init__(self, deadline_s: float) -> None:
        self._deadline_s = deadline_s

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Any],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Wrap a method's handler; called by gRPC for every call."""
        handler = continuation(handler_call_details)
        method: str = handler_call_details.method
        if handler is None or method.startswith("/grpc."):
            return handler
        _, service, name = method.split("/")

        @contextmanager
        def around(servicer_context: grpc.ServicerContext) -> Iterator[None]:
            with ExitStack() as layers:
                call = layers.enter_context(_identified(servicer_context, self._deadline_s))
                layers.enter_context(_logged(call, service, name))
                layers.enter_context(_counted(call, service, name))
                layers.enter_context(_translated(call, service, servicer_context))
                yield

        return wrap(handler, around)


def wrap(handler: Any, around: Callable[[grpc.ServicerContext], Any]) -> Any:
    """Return the same kind of handler with `around` about its behaviour."""
    sides = (
        ("stream" if handler.request_streaming else "unary"),
        ("stream" if handler.response_streaming else "unary"),
    )
    kind = "_".join(sides)
    behaviour = getattr(handler, kind)

    def one(request: Any, servicer_context: grpc.ServicerContext) -> Any:
        with around(servicer_context):
            return behaviour(request, servicer_context)

    def many(request: Any, servicer_context: grpc.ServicerContext) -> Iterator[Any]:
        with around(servicer_context):
            yield from behaviour(request, servicer_context)

    make = getattr(grpc, f"{kind}_rpc_method_handler")
    return make(
        many if handler.response_streaming else one,
        request_deserializer=handler.request_deserializer,
        response_serializer=handler.response_serializer,
    )


@contextmanager
def _identified(servicer_context: grpc.ServicerContext, deadline_s: float) -> Iterator[Call]:
    """Make the call the current one, under the caller's request id or a new one."""
    metadata = dict(servicer_context.invocation_metadata())
    given = metadata.get(context.REQUEST_ID, "")
    # Anything else could forge lines for whoever reads the log.
    fine = isinstance(given, str) and _REQUEST_ID.fullmatch(given)
    # Without a deadline gRPC says None, or three hundred billion years.
    left = servicer_context.time_remaining()
    if left is None or left > _NO_DEADLINE_S:
        left = deadline_s
    call = Call(
        request_id=str(given) if fine else context.new_request_id(),
        deadline=time.monotonic() + left,
        is_active=servicer_context.is_active,
        on_end=servicer_context.add_callback,
    )
    servicer_context.set_trailing_metadata(((context.REQUEST_ID, call.request_id),))
    context.enter(call)
    try:
        yield call
    finally:
        context.enter(None)


@contextmanager
def _logged(call: Call, service: str, method: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        logs.line(
            "rpc",
            service=service,
            method=method,
            code=call.code.name,
            ms=round((time.perf_counter() - start) * 1000, 1),
            request_id=call.request_id,
        )


@contextmanager
def _counted(call: Call, service: str, method: str) -> Iterator[None]:
    with metrics.SECONDS.labels(service, method).time():
        try:
            yield
        finally:
            metrics.RPCS.labels(service, method, call.code.name).inc()


@contextmanager
def _translated(call: Call, service: str, servicer_context: grpc.ServicerContext) -> Iterator[None]:
    """Turn errors into statuses: a sentence for the caller, the details for the log."""
    try:
        yield
    except GeneratorExit:
        call.code = _end_of(call)
        raise
    except Exception as error:
        if not call.is_active():
            # Nobody waits: whatever failed, most likely it failed because of that. Raised further,
            # gRPC would print it.
            call.code = _end_of(call)
            servicer_context.abort(call.code, "Nobody waits for the answer any more.")
        known = error if isinstance(error, IeaError) else _unexpected(error, call, service)
        call.code = status.code_of(known)
        servicer_context.set_trailing_metadata(
            (
                (context.REQUEST_ID, call.request_id),
                (status.DETAILS_KEY, status.details_of(known)),
            )
        )
        servicer_context.abort(call.code, status.message_of(known))


def _end_of(call: Call) -> grpc.StatusCode:
    late = time.monotonic() >= call.deadline
    return grpc.StatusCode.DEADLINE_EXCEEDED if late else grpc.StatusCode.CANCELLED


def _unexpected(error: Exception, call: Call, service: str) -> IeaError:
    logs.line(
        "unexpected error",
        level=logging.ERROR,
        service=service,
        request_id=call.request_id,
        **logs.describe(error),
    )
    return IeaError(
        f"{service} failed in a way nobody foresaw: report it with the request id "
        f"{call.request_id}."
    )
