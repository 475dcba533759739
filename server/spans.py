"""A span for each operation: its name, cost and outcome. Never its text or variables, who asked, or the answer."""

import asyncio
from contextlib import suppress
from threading import Thread
from typing import Any

from opentelemetry.context import Context as Around
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, get_current_span, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.context import Context
from schema.execution.documents import Prepared
from schema.execution.engine import Answer
from server.graphiql import wants_html
from server.graphql_http import Executor
from server.logs import IN_EVERY_LINE
from server.request_log import NAME
from server.time_limit import WITHOUT_BODY

PATH = "/v1/traces"
ENDING_SECONDS = 5.0
"""How long a server that ends waits for a collector."""

ENDING = "traces-ending"
"""The name of the thread in which it waits."""

CARRIED = (b"traceparent", b"tracestate")
TRACE_CONTEXT = TraceContextTextMapPropagator()


def sending_to(endpoint: str) -> TracerProvider:
    """Sends spans by OTLP over HTTP, in a thread; what a collector does not take in time is dropped.

    OpenTelemetry's own variables say the rest: OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS…
    """
    url = endpoint if endpoint.endswith(PATH) else endpoint.rstrip("/") + PATH
    resource = Resource({SERVICE_NAME: "rollcall"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    return provider


class Tracing:
    """Goes on with the trace of the `traceparent` that came (W3C Trace Context), or begins one. Pure ASGI.

    Log lines of the request have the trace's id too. Ends the sending when the server ends.
    """

    def __init__(self, app: ASGIApp, provider: TracerProvider) -> None:
        self.app, self._provider = app, provider
        self._tracer = provider.get_tracer("rollcall")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "http" and _asks(scope):
            await self._trace(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends before it is told that all is over: uvicorn waits for that word, and for nothing after it."""

        async def send_ending(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                await self._end()
            await send(message)

        await self.app(scope, receive, send_ending)

    async def _trace(self, scope: Scope, receive: Receive, send: Send) -> None:
        span = self._tracer.start_span(f"{scope['method']} /graphql", _around(scope), SpanKind.SERVER)
        span.set_attribute("http.request.method", scope["method"])
        span.set_attribute("url.path", "/graphql")
        span.set_attribute("rollcall.outcome", "refused")  # until the engine says otherwise

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                _note_status(span, message["status"])
            await send(message)

        with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            trace_id = f"{span.get_span_context().trace_id:032x}"
            before = IN_EVERY_LINE.set({**IN_EVERY_LINE.get(), "trace_id": trace_id})
            try:
                await self.app(scope, receive, send_noting)
            finally:
                IN_EVERY_LINE.reset(before)
            span.set_attribute("graphql.operation.name", _name(scope))
            span.set_attribute("rollcall.request_id", scope["state"]["request_id"])

    async def _end(self) -> None:
        """Sends what is left. OpenTelemetry keeps to no time here, so its thread is left behind when ours is over."""
        loop, sent = asyncio.get_running_loop(), asyncio.Event()

        def end() -> None:
            self._provider.shutdown()
            with suppress(RuntimeError):  # we are gone
                loop.call_soon_threadsafe(sent.set)

        Thread(target=end, name=ENDING, daemon=True).start()
        with suppress(TimeoutError):
            async with asyncio.timeout(ENDING_SECONDS):
                await sent.wait()


class SpanTelling:
    """Around an engine: the current span hears of its answers, what they cost, and how they ended."""

    def __init__(self, engine: Executor) -> None:
        self._engine, self.counts = engine, engine.counts

    async def prepared(self, source: str, origin: str | None = None) -> Prepared:
        return await self._engine.prepared(source, origin)

    async def answer(
        self, prepared: Prepared, variables: dict[str, Any] | None, operation_name: str | None, context: Context
    ) -> Answer:
        answer = await self._engine.answer(prepared, variables, operation_name, context)
        span, cost = get_current_span(), answer.body.get("extensions", {}).get("cost")
        span.set_attribute("rollcall.outcome", outcome(answer))
        if cost is not None:
            span.set_attribute("rollcall.cost", cost["requested"])
        return answer


def outcome(answer: Answer) -> str:
    """`done`; `errors` where a part failed; `refused` where nothing was executed. A failure shows in the status."""
    if answer.refused:
        return "refused"
    return "errors" if answer.body.get("errors") else "done"


def _asks(scope: Scope) -> bool:
    """Whether a client of the API asks, and not a browser for GraphiQL."""
    if scope["path"] not in ("/graphql", "/graphql/"):
        return False
    return scope["method"] == "POST" or (scope["method"] in WITHOUT_BODY and not wants_html(Request(scope)))


def _around(scope: Scope) -> Around:
    given = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in CARRIED}
    return TRACE_CONTEXT.extract(given)


def _note_status(span: Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)
        span.set_attribute("rollcall.outcome", "unavailable" if status == 503 else "failed")


def _name(scope: Scope) -> str:
    """Clients may call an operation anything; what is no name is not told."""
    name = scope.get("state", {}).get("operation")
    return "" if name is None else name if NAME.fullmatch(name) else "other"
