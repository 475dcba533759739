"""/graphql by method: POST is GraphQL, GET is GraphiQL and, where so set, queries, anything else is told so."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.answers import failed
from server.cross_origin import unlisted_preflight
from server.graphiql import Handler, post_only


class GraphQLRoute:
    """`get`: None where nothing is served by GET."""

    def __init__(self, post: Handler, get: Handler | None) -> None:
        self._post, self._get = post, get
        self._allowed = "GET, HEAD, OPTIONS, POST" if get else "OPTIONS, POST"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        posted = scope["method"] == "POST"
        answer = await (self._post(request) if posted else self._other(request))
        await answer(scope, receive, send)

    async def _other(self, request: Request) -> Response:
        if request.method in ("GET", "HEAD"):
            return await (self._get or post_only)(request)
        if request.method == "OPTIONS":
            return unlisted_preflight(request.headers) or Response(status_code=204, headers={"Allow": self._allowed})
        return failed("Send GraphQL operations with POST.", 405, code="METHOD_NOT_ALLOWED", Allow=self._allowed)


class PastTheRouter:
    """Takes what is asked at exactly this path to its endpoint, past Starlette's router and its handling of exceptions,
    which the endpoint has no use for. Pure ASGI.
    """

    def __init__(self, app: ASGIApp, path: str, endpoint: ASGIApp) -> None:
        self._app, self._path, self._endpoint = app, path, endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        straight = scope["type"] == "http" and scope["path"] == self._path
        await (self._endpoint if straight else self._app)(scope, receive, send)
