"""GraphQL over HTTP: `POST /graphql` with JSON in and JSON out, as the specification of that name has it."""

import json
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from schema.context import Context, Tools
from schema.execution.engine import Engine
from server.origins import Origins
from services.actor import Actor
from services.clock import Clock
from services.sessions import find_actor

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"


class BadRequest(Exception):
    """The request is not GraphQL over HTTP; `status` and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Operation:
    """The body of a request."""

    query: str
    variables: dict[str, Any] | None
    name: str | None


class GraphQLHttp:
    """The endpoint."""

    def __init__(self, tools: Tools, clock: Clock, origins: Origins) -> None:
        self.tools, self.clock, self.origins = tools, clock, origins
        self.engine = Engine()

    async def post(self, request: Request) -> Response:
        media_type = answer_type(request.headers.get("accept"))
        try:
            require_json(request.headers.get("content-type"))
            operation = parsed(await request.body())
        except BadRequest as refusal:
            return respond({"errors": [bad_input(refusal.message)]}, refusal.status, media_type)
        except ClientDisconnect:
            return Response(status_code=400)
        request.state.operation = operation.name
        answer = await self.engine.answer(
            operation.query, operation.variables, operation.name, await self.context(request)
        )
        refused = answer.refused and media_type == GRAPHQL_JSON
        return respond(answer.body, 400 if refused else 200, media_type)

    async def context(self, request: Request) -> Context:
        now, origin = self.clock(), self.origins.of(request)
        token = bearer_token(request.headers.get("authorization"))
        actor: Actor | None = await find_actor(token, origin, now) if token else None
        return Context(origin=origin, now=now, tools=self.tools, actor=actor)


def answer_type(accept: str | None) -> str:
    """The media type that the client likes best; plain JSON for clients that do not say."""
    for choice in (accept or "").lower().split(","):
        media_type = choice.split(";")[0].strip()
        if media_type == GRAPHQL_JSON:
            return GRAPHQL_JSON
        if media_type in (JSON, "application/*", "*/*"):
            return JSON
    return JSON


def require_json(content_type: str | None) -> None:
    media_type, _, parameters = (content_type or "").lower().partition(";")
    if media_type.strip() != JSON or ("charset" in parameters and "utf-8" not in parameters):
        raise BadRequest(415, "The content type must be application/json in UTF-8.")


def parsed(body: bytes) -> Operation:
    """Raises BadRequest for whatever is not a GraphQL request."""
    content = decoded(body)
    if not isinstance(content, dict):
        raise BadRequest(400, "The body must be a JSON object; batches are not taken.")
    query, variables, name = content.get("query"), content.get("variables"), content.get("operationName")
    if not isinstance(query, str):
        raise BadRequest(400, "`query` must be a string.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest(400, "`variables` must be an object.")
    if name is not None and not isinstance(name, str):
        raise BadRequest(400, "`operationName` must be a string.")
    if not isinstance(content.get("extensions", {}), dict | None):
        raise BadRequest(400, "`extensions` must be an object.")
    return Operation(query, variables, name or None)


def decoded(body: bytes) -> Any:
    """JSON; what orjson refuses gets a second chance, for RFC 8259 allows half a surrogate pair as an escape."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadRequest(400, "The body is not JSON.") from error


def encoded(answer: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(answer, default=str)
    except orjson.JSONEncodeError:
        return json.dumps(answer, default=str).encode("ascii")


def bearer_token(authorization: str | None) -> str | None:
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def bad_input(message: str) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": "BAD_USER_INPUT"}}


def respond(answer: dict[str, Any], status: int, media_type: str) -> Response:
    return Response(
        encoded(answer),
        status,
        {
            "Content-Type": f"{media_type}; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
