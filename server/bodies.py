"""What a request asks for: a GraphQL operation in its body or its address, or the reason why not."""

import json
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from math import isfinite
from typing import Any, NoReturn
from urllib.parse import parse_qsl

import orjson
from starlette.requests import ClientDisconnect, Request

from server.heads import header

LARGEST_BODY, LARGEST_ADDRESS = 100_000, 60_000
"""Bytes; an address of more than 65 535 is cut off by uvicorn's parser without a word of ours."""

IN_JSON = ("variables", "extensions")
"""Parameters of an address that are JSON (GraphQL over HTTP, 5.4.1)."""


BOMS_UTF16 = (BOM_UTF16_BE, BOM_UTF16_LE)
"""Of UTF-32, too, in little-endian order."""
GZIP = b"\x1f\x8b"


class BadRequest(Exception):
    """The request is not GraphQL over HTTP; `status`, a sentence, and the error's code."""

    def __init__(self, status: int, message: str, code: str = "BAD_USER_INPUT") -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


class NumberTooLarge(ValueError):
    """A number of the body is none that this server can hold."""


@dataclass(frozen=True)
class Operation:
    """What a client wants executed."""

    query: str
    variables: dict[str, Any] | None
    name: str | None


async def read_operation(request: Request) -> Operation:
    """Raises BadRequest, and ClientDisconnect."""
    return parsed(await _read(request))


def read_address(request: Request) -> Operation:
    """Of a GET request; `variables` and `extensions` are JSON in the address. Raises BadRequest."""
    asked: bytes = request.scope["query_string"]
    if len(asked) > LARGEST_ADDRESS:
        raise BadRequest(414, f"The address must not be larger than {LARGEST_ADDRESS} bytes.")
    try:
        pairs = [(name.decode(), value.decode()) for name, value in parse_qsl(asked, keep_blank_values=True)]
    except ValueError as error:
        raise BadRequest(400, "The address is not UTF-8.") from error
    given = dict(pairs)
    if len(given) < len(pairs):
        raise BadRequest(400, "Give each parameter once.")
    return _checked(
        {name: decoded(text.encode(), f"`{name}`") if name in IN_JSON else text for name, text in given.items()}
    )


def parsed(body: bytes) -> Operation:
    """Skips a byte order mark (RFC 8259, 8.1). Raises BadRequest for whatever is not a GraphQL request."""
    content = decoded(body.removeprefix(BOM_UTF8))
    if isinstance(content, list):
        raise BadRequest(400, "Batches are not taken: the body must be one JSON object.")
    if not isinstance(content, dict):
        raise BadRequest(400, "The body must be a JSON object.")
    return _checked(content)


def _checked(content: dict[str, Any]) -> Operation:
    query, variables, name = content.get("query"), content.get("variables"), content.get("operationName")
    if query is None:
        raise BadRequest(400, "`query` is missing.")
    if not isinstance(query, str):
        raise BadRequest(400, "`query` must be a string.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest(400, "`variables` must be an object.")
    if name is not None and not isinstance(name, str):
        raise BadRequest(400, "`operationName` must be a string.")
    if not isinstance(content.get("extensions", {}), dict | None):
        raise BadRequest(400, "`extensions` must be an object.")
    return Operation(query, variables, name or None)


def decoded(body: bytes, what: str = "The body") -> Any:
    """JSON; what orjson refuses gets a second chance, for RFC 8259 allows half a surrogate pair as an escape.

    Raises BadRequest, which says what is wrong with `what`.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_number, parse_float=_finite, parse_int=_whole)
    except RecursionError as error:
        raise BadRequest(400, f"{what} has too many levels of brackets.") from error
    except NumberTooLarge as error:
        raise BadRequest(400, f"{what} has a number that is too large.") from error
    except ValueError as error:
        raise BadRequest(400, f"{what} is not {_missing_form(body, error)}.") from error


def _missing_form(body: bytes, error: ValueError) -> str:
    """What the bytes are not, and what they look like instead. JSON in UTF-16 or UTF-32 begins with a NUL or a BOM."""
    if body.startswith(GZIP):
        return "JSON: it is compressed"
    if body.startswith(BOMS_UTF16) or b"\0" in body[:2]:
        return "JSON in UTF-8, but in UTF-16 or UTF-32"
    return "UTF-8" if isinstance(error, UnicodeDecodeError) else "JSON"


async def _read(request: Request) -> bytes:
    """The body, unless it is or claims to be too large; a client may claim nothing and send it in chunks."""
    claimed = header(request, b"content-length") or ""
    if claimed.isdecimal() and int(claimed[:20]) > LARGEST_BODY:
        _refuse()
    body, more = bytearray(), True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            _refuse()
    return bytes(body)


def _refuse() -> NoReturn:
    raise BadRequest(413, f"The body must not be larger than {LARGEST_BODY} bytes.")


def _finite(text: str) -> float:
    """orjson refuses what is too large for a float; `json` takes it for infinity."""
    number = float(text)
    if not isfinite(number):
        raise NumberTooLarge(text)
    return number


def _whole(text: str) -> int:
    """Python converts no more than some thousand digits."""
    try:
        return int(text)
    except ValueError as error:
        raise NumberTooLarge(text) from error


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
