"""GraphQL over HTTP, as the specification of that name has it: operations as JSON by POST, queries by GET."""

from collections import Counter
from typing import Any, Protocol

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from models.unavailable import DatabaseUnavailable
from schema.context import Context, Tools
from schema.errors import BUSY
from schema.execution.documents import Prepared
from schema.execution.engine import Answer, Engine
from schema.execution.turns import TooManyNewDocuments
from server.answers import GRAPHQL_JSON, JSON, failed, respond
from server.bodies import BadRequest, Operation, read_address, read_operation
from server.heads import combined, header, lines
from server.negotiation import answer_type, is_json, is_not_encoded
from server.origins import Origins
from services.actor import Actor, Origin
from services.clock import Clock
from services.sessions import find_actor

SECONDS_TO_RECOVER = "2"
REFUSAL_HEADERS = {405: {"Allow": "POST"}, 413: {"Connection": "close"}}
"""By the status."""

log = structlog.get_logger()


class Executor(Protocol):
    """The engine, or something around it that hears of what it does."""

    counts: Counter[str]

    async def prepared(self, source: str, origin: str | None = None) -> Prepared: ...

    async def answer(
        self, prepared: Prepared, variables: dict[str, Any] | None, operation_name: str | None, context: Context
    ) -> Answer: ...


class GraphQLHttp:
    """The endpoint."""

    def __init__(self, tools: Tools, clock: Clock, origins: Origins, engine: Executor | None = None) -> None:
        self.tools, self.clock, self.origins = tools, clock, origins
        self.engine: Executor = engine or Engine()

    async def post(self, request: Request) -> Response:
        return await self._respond(request, by_get=False)

    async def get(self, request: Request) -> Response:
        """Queries alone, for anything may follow a link: a preview, a crawler, whoever finds it in a log."""
        response = await self._respond(request, by_get=True)
        response.headers["Vary"] = "Accept"
        return response

    async def _respond(self, request: Request, *, by_get: bool) -> Response:
        request.scope["state"]["operation"] = None
        media_type = answer_type(combined(request, b"accept"))
        if media_type is None:
            return failed(f"Accept {GRAPHQL_JSON} or application/json.", 406)
        if not by_get and (unsupported := unsupported_body(request, media_type)):
            return unsupported
        try:
            operation = read_address(request) if by_get else await read_operation(request)
            return answered(await self.answer(request, operation, reading=by_get), media_type)
        except BadRequest as refusal:
            headers = REFUSAL_HEADERS.get(refusal.status, {})
            return failed(refusal.message, refusal.status, media_type, code=refusal.code, **headers)
        except TooManyNewDocuments:
            self.engine.counts["put off"] += 1
            return failed(BUSY, 503, media_type, code="INTERNAL", Retry_After=SECONDS_TO_RECOVER)
        except DatabaseUnavailable as error:
            log.warning("database.unavailable", reason=str(error))
            return failed(BUSY, 503, media_type, code="INTERNAL", Retry_After=SECONDS_TO_RECOVER)
        except ClientDisconnect:
            return Response(status_code=400)

    async def answer(self, request: Request, operation: Operation, *, reading: bool) -> Answer:
        """The document comes first: a flood of new ones is put off before it costs a look into the database.

        `reading`: mutations are refused. Raises BadRequest, TooManyNewDocuments, and DatabaseUnavailable where the
        session cannot be looked up.
        """
        origin = self.origins.of(request)
        prepared = await self.engine.prepared(operation.query, origin.customer)
        if reading and prepared.changes(operation.name):
            raise BadRequest(405, "Send mutations with POST.", "METHOD_NOT_ALLOWED")
        context = await self.context(request, origin)
        request.scope["state"]["operation"] = operation.name if prepared.has(operation.name) else None
        return await self.engine.answer(prepared, operation.variables, operation.name, context)

    async def context(self, request: Request, origin: Origin) -> Context:
        now = self.clock()
        token = bearer_token(header(request, b"authorization"))
        actor: Actor | None = await find_actor(token, origin, now) if token else None
        return Context(origin=origin, now=now, tools=self.tools, actor=actor, has_token=token is not None)


def unsupported_body(request: Request, media_type: str) -> Response | None:
    """The 415 for a body whose headers say that it is no plain JSON, with what the server takes (RFC 9110, 15.5.16)."""
    if not is_json(lines(request, b"content-type")):
        return failed("The content type must be application/json in UTF-8.", 415, media_type, Accept=JSON)
    if not is_not_encoded(lines(request, b"content-encoding")):
        sentence = "The body must not be compressed: send it without a Content-Encoding, or with identity."
        return failed(sentence, 415, media_type, Accept_Encoding="identity")
    return None


def answered(answer: Answer, media_type: str) -> Response:
    """Clients of plain JSON read errors from the body, so their status is 200 (GraphQL over HTTP, 6.4.1)."""
    if answer.unavailable:
        return respond(answer.body, 503, media_type, Retry_After=SECONDS_TO_RECOVER)
    return respond(answer.body, 400 if answer.refused and media_type == GRAPHQL_JSON else 200, media_type)


def bearer_token(authorization: str | None) -> str | None:
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
