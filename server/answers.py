"""JSON answers of this server: GraphQL-shaped, whatever went wrong."""

import json
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"


def respond(answer: dict[str, Any], status: int, media_type: str = JSON, **headers: str) -> Response:
    """A keyword is a header: `Retry_After="2"`."""
    response = Response(encoded(answer), status, media_type=f"{media_type}; charset=utf-8")
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def failed(
    message: str, status: int, media_type: str = JSON, *, code: str = "BAD_USER_INPUT", **headers: str
) -> Response:
    return respond({"errors": [{"message": message, "extensions": {"code": code}}]}, status, media_type, **headers)


def encoded(answer: dict[str, Any]) -> bytes:
    """orjson refuses what RFC 8259 allows: half a surrogate pair, and numbers beyond 64 bits."""
    try:
        return orjson.dumps(answer, default=str, option=orjson.OPT_UTC_Z)
    except orjson.JSONEncodeError:
        return json.dumps(answer, default=str).encode("ascii")


async def http_failure(request: Request, error: Exception) -> Response:
    """404 and 405 of the router, in the shape of every other refusal."""
    assert isinstance(error, HTTPException)
    answer = failed(error.detail, error.status_code)
    answer.headers.update(error.headers or {})
    return answer
