"""Every request has an end: after `SECONDS` it is answered, if nothing was sent yet, and cancelled. Pure ASGI."""

import asyncio

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.errors import BUSY
from server.answers import failed
from server.timers import Timers

SECONDS = 10.0
WITHOUT_BODY = ("GET", "HEAD")
log = structlog.get_logger()


class TimeLimit:
    """Answers first: transactions roll back and connections go back to the pool after that, at their own pace."""

    def __init__(self, app: ASGIApp, seconds: float = SECONDS) -> None:
        self.app, self._timers = app, Timers(seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Progress(scope, receive, send)
        timer = self._timers.start(request.end)
        try:
            await self.app(scope, request.receive, request.send)
        except asyncio.CancelledError:
            if not request.was_ended():
                raise
            if request.timeout_answer is None:
                raise TimeoutError from None
        except Exception:
            if request.timeout_answer is None:
                raise
            log.warning("request.failed_late", exc_info=True)
        finally:
            self._timers.cancel(timer)
            if request.timeout_answer is not None:
                await request.timeout_answer


class Progress:
    """How far a request has come."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._task = asyncio.current_task()
        self.received = scope["method"] in WITHOUT_BODY
        self.answering = self._ended = False
        self.timeout_answer: asyncio.Task[None] | None = None
        """Ours, of a request that has run out of time; what the application sends after it is lost."""

    def end(self) -> None:
        """Begins the answer, unless the application has begun its own, and cancels the application."""
        assert self._task is not None
        if not self.answering:
            log.warning("request.out_of_time", path=self._scope["path"], received=self.received)
            self.timeout_answer = asyncio.get_running_loop().create_task(self._answer())
        self._ended = self._task.cancel()

    def was_ended(self) -> bool:
        """Whether the task was cancelled by `end` and by nobody else; asked where CancelledError arrives."""
        return self._ended and self._task is not None and not self._task.uncancel()

    async def _answer(self) -> None:
        if self.received:
            answer = failed(BUSY, 503, code="INTERNAL", Retry_After="2")
        else:
            answer = failed("The body did not arrive in time.", 408, Connection="close")
        await answer(self._scope, self._receive, self._send)

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            self.received = True
        return message

    async def send(self, message: Message) -> None:
        if self.timeout_answer is None:
            self.answering = True
            await self._send(message)
