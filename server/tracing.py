"""Traces for OpenTelemetry, where the settings name a collector. Otherwise nothing of this is loaded."""

from starlette.applications import Starlette

from server.graphql_http import GraphQLHttp
from server.settings import BadSettings


def traced(app: Starlette, graphql: GraphQLHttp, endpoint: str | None) -> Starlette:
    """The application with a span for each operation sent to it; without an endpoint as it was.

    Raises BadSettings without the extra `otel`.
    """
    if endpoint is None:
        return app
    try:
        from server.spans import SpanTelling, Tracing, sending_to
    except ImportError:
        raise BadSettings("ROLLCALL_OTLP_ENDPOINT is set, but not installed: pip install 'rollcall[otel]'.") from None
    provider = sending_to(endpoint)
    app.add_middleware(Tracing, provider=provider)
    graphql.engine = SpanTelling(graphql.engine)
    return app
