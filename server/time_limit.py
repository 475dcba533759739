"""Every request has an end: after `SECONDS` it is answered, if nothing was sent yet, and cancelled. Pure ASGI."""

import asyncio

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.errors import BUSY
from server.answers import failed

SECONDS = 10.0
log = structlog.get_logger()


class TimeLimit:
    """Answers first: transactions roll back and connections go back to the pool after that, at their own pace."""

    def __init__(self, app: ASGIApp, seconds: float = SECONDS) -> None:
        self.app, self.seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request, limit = Progress(receive, send), asyncio.timeout(None)
        loop = asyncio.get_running_loop()

        def out_of_time() -> None:
            request.end(scope)
            limit.reschedule(loop.time())

        timer = loop.call_later(self.seconds, out_of_time)
        try:
            async with limit:
                await self.app(scope, request.receive, request.send)
        except Exception as error:
            if request.timeout_answer is None:
                raise
            if not isinstance(error, TimeoutError):
                log.warning("request.failed_late", exc_info=error)
        finally:
            timer.cancel()
            if request.timeout_answer is not None:
                await request.timeout_answer


class Progress:
    """How far a request has come. One without a body counts as received once it is being answered."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.received = self.answering = False
        self.timeout_answer: asyncio.Task[None] | None = None
        """Ours, of a request that has run out of time; what the application sends after it is lost."""

    def end(self, scope: Scope) -> None:
        """Begins the answer, unless the application has begun its own."""
        if not self.answering:
            log.warning("request.out_of_time", path=scope["path"], received=self.received)
            self.timeout_answer = asyncio.get_running_loop().create_task(self._answer(scope))

    async def _answer(self, scope: Scope) -> None:
        if self.received:
            answer = failed(BUSY, 503, code="INTERNAL", Retry_After="2")
        else:
            answer = failed("The body did not arrive in time.", 408, Connection="close")
        await answer(scope, self._receive, self._send)

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            self.received = True
        return message

    async def send(self, message: Message) -> None:
        if self.timeout_answer is None:
            self.answering = True
            await self._send(message)
