"""One trace from the gateway's door through every service and topic: W3C trace context."""

import random
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager

from opentelemetry import context, propagate, trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def inject(headers: MutableMapping[str, str]) -> None:
    """Add the current trace to the headers of a call to another process."""
    propagate.inject(headers)


@contextmanager
def entered(headers: Mapping[str, str]) -> Iterator[str]:
    """Within, the trace is the one the caller named, or a new one; yields its id."""
    here = propagate.extract(dict(headers))
    known = trace.get_current_span(here).get_span_context()
    trace_id = known.trace_id if known.is_valid else random.getrandbits(128)
    span = SpanContext(trace_id, random.getrandbits(64), is_remote=False, trace_flags=TraceFlags(1))
    token = context.attach(trace.set_span_in_context(NonRecordingSpan(span), here))
    try:
        yield trace.format_trace_id(trace_id)
    finally:
        context.detach(token)


class TraceMiddleware:
    """Runs each request in its trace and names it in the answer as `X-Trace-Id`, for people who report a fault."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with entered(headers) as trace_id:

            async def send_named(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], (b"x-trace-id", trace_id.encode())]
                await send(message)

            await self.app(scope, receive, send_named)
