"""/graphql by method: POST is GraphQL, GET is GraphiQL for browsers, anything else is told so."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.answers import failed
from server.graphiql import post_only

Handler = Callable[[Request], Awaitable[Response]]


class GraphQLRoute:
    """`page`: where GraphiQL is served."""

    def __init__(self, post: Handler, page: Handler | None) -> None:
        self._post, self._page = post, page
        self._allowed = "GET, HEAD, OPTIONS, POST" if page else "OPTIONS, POST"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        posted = scope["method"] == "POST"
        answer = await (self._post(request) if posted else self._other(request))
        await answer(scope, receive, send)

    async def _other(self, request: Request) -> Response:
        if request.method in ("GET", "HEAD"):
            return await self._page(request) if self._page else post_only(request)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": self._allowed})
        return failed("Send GraphQL operations with POST.", 405, Allow=self._allowed)


class PastTheRouter:
    """Takes what is asked at exactly this path to its endpoint, past Starlette's router and its handling of exceptions,
    which the endpoint has no use for. Pure ASGI.
    """

    def __init__(self, app: ASGIApp, path: str, endpoint: ASGIApp) -> None:
        self._app, self._path, self._endpoint = app, path, endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        straight = scope["type"] == "http" and scope["path"] == self._path
        await (self._endpoint if straight else self._app)(scope, receive, send)
