"""The server without one of its parts, to see what that part costs: `python -m bench.small.without PART serve`."""

import sys
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

import server.app
from server import envelope, graphql_http, request_log
from server.cli import main
from server.metrics import Metrics
from services.actor import Actor


def _nothing(*args: Any, **kwargs: Any) -> None:
    pass


def _replace(name: str, value: Any, place: Any) -> None:
    assert hasattr(place, name), f"the server has no {name} any more"
    setattr(place, name, value)


class _NoLayer:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def _session() -> None:
    """Looked up once for each token."""
    known: dict[str, Actor | None] = {}
    look_up: Callable[..., Awaitable[Actor | None]] = vars(graphql_http)["find_actor"]

    async def remembered(token: str, *args: Any) -> Actor | None:
        if token not in known:
            known[token] = await look_up(token, *args)
        return known[token]

    _replace("find_actor", remembered, graphql_http)


def _log() -> None:
    _replace("line_writer", lambda: _nothing, request_log)


def _figures() -> None:
    _replace("answered", _nothing, Metrics)
    _replace("took_statement", _nothing, Metrics)


def _time_limit() -> None:
    _replace("TimeLimit", _NoLayer, server.app)


def _headers() -> None:
    envelope.HEADERS.clear()


LEAVE_OUT: dict[str, Callable[[], None]] = {
    "session": _session,
    "log": _log,
    "figures": _figures,
    "time-limit": _time_limit,
    "headers": _headers,
}

if __name__ == "__main__":
    LEAVE_OUT[sys.argv.pop(1)]()
    main()
