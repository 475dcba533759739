"""Every request has an end: after `SECONDS` it is cancelled, and answered if nothing was sent yet. Pure ASGI."""

import asyncio

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.errors import BUSY
from server.answers import failed

SECONDS = 10.0
log = structlog.get_logger()


class TimeLimit:
    """Cancels; transactions roll back and connections go back to the pool while that is under way."""

    def __init__(self, app: ASGIApp, seconds: float = SECONDS) -> None:
        self.app, self.seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Progress(receive, send)
        limit = asyncio.timeout(self.seconds)
        try:
            async with limit:
                await self.app(scope, request.receive, request.send)
        except TimeoutError:
            if not limit.expired() or request.answering:
                raise
            await self._answer(request, scope, receive, send)

    async def _answer(self, request: "Progress", scope: Scope, receive: Receive, send: Send) -> None:
        log.warning("request.out_of_time", path=scope["path"], received=request.received)
        if request.received:
            answer = failed(BUSY, 503, code="INTERNAL", Retry_After="2")
        else:
            answer = failed("The body did not arrive in time.", 408, Connection="close")
        await answer(scope, receive, send)


class Progress:
    """How far a request has come. One without a body counts as received once it is being answered."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.asked = self.received = self.answering = False

    async def receive(self) -> Message:
        self.asked = True
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            self.received = True
        return message

    async def send(self, message: Message) -> None:
        self.answering = True
        await self._send(message)
