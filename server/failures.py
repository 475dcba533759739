"""What no one else has caught: masked as JSON, with an id that the log has beside the trace. Pure ASGI."""

from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from models.unavailable import DatabaseUnavailable
from schema.errors import BUSY, MASKED
from server.answers import failed, respond

log = structlog.get_logger()


class Failures:
    """A failure after the answer has begun goes on to the server, which closes the connection."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http" or "status" in scope.get("state", ()):
                raise
            await _answer(error)(scope, receive, send)


def _answer(error: Exception) -> ASGIApp:
    if isinstance(error, DatabaseUnavailable):
        log.warning("database.unavailable", reason=str(error))
        return failed(BUSY, 503, code="INTERNAL", Retry_After="2")
    error_id = uuid4().hex
    log.error("request.bug", error_id=error_id, exc_info=error)
    extensions = {"code": "INTERNAL", "errorId": error_id}
    return respond({"errors": [{"message": MASKED, "extensions": extensions}]}, 500)
