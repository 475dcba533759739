"""Cross-origin requests (CORS): which pages of other origins may call the API, and why a preflight is refused."""

from collections.abc import Iterator, Sequence

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from server.answers import failed

ALLOWED_HEADERS = ("Authorization", "Content-Type", "X-Request-Id", "traceparent", "tracestate", "baggage")
"""Beside what browsers send unasked; the last three are those of W3C Trace Context and W3C Baggage."""
EXPOSED_HEADERS = ("Retry-After", "X-Request-Id")
REQUESTED_METHOD = "access-control-request-method"
LONGEST_NAMED, MOST_NAMED = 100, 10
"""Letters of what a refusal quotes, and headers that it names."""


class CrossOrigin(CORSMiddleware):
    """Answers preflights as Starlette does, but a refusal names what is not allowed, as every other refusal does."""

    def preflight_response(self, request_headers: Headers) -> Response:
        answer = super().preflight_response(request_headers)
        sentences = list(self._not_allowed(request_headers))
        if not sentences:
            return Response(status_code=200, headers=_of_cors(answer))
        return refused(sentences, _of_cors(answer))

    def _not_allowed(self, asked: Headers) -> Iterator[str]:
        if not self.is_allowed_origin(asked["origin"]):
            yield f"The origin {_cut(asked['origin'])} is not allowed."
        if asked[REQUESTED_METHOD] not in self.allow_methods:
            yield f"The method {_cut(asked[REQUESTED_METHOD])} is not allowed."
        names = (name.strip() for line in asked.getlist("access-control-request-headers") for name in line.split(","))
        unknown = [name for name in names if name and name.lower() not in self.allow_headers]
        yield from (f"The header {_cut(name)} is not allowed." for name in unknown[:MOST_NAMED])
        if "access-control-request-private-network" in asked:
            yield "Access from a public page to a private network is not allowed."


def cross_origin(origins: Sequence[str], methods: Sequence[str], headers: Sequence[str]) -> list[Middleware]:
    """Nothing without origins: browsers then let no other site read an answer. No cookies, so no credentials.

    `headers`: what pages may send beside ALLOWED_HEADERS.
    """
    if not origins:
        return []
    return [
        Middleware(
            CrossOrigin,
            allow_origins=origins,
            allow_methods=methods,
            allow_headers=[*ALLOWED_HEADERS, *headers],
            expose_headers=EXPOSED_HEADERS,
            max_age=600,
        )
    ]


def unlisted_preflight(headers: Headers) -> Response | None:
    """The refusal of a preflight where no origin is listed; None for any other request."""
    if REQUESTED_METHOD not in headers or "origin" not in headers:
        return None
    return refused([f"The origin {_cut(headers['origin'])} is not allowed."], {})


def refused(sentences: Sequence[str], headers: dict[str, str]) -> Response:
    answer = failed(" ".join(sentences), 400)
    answer.headers.update(headers)
    return answer


def _of_cors(answer: Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name == "vary" or name.startswith("access-")}


def _cut(text: str) -> str:
    return text[:LONGEST_NAMED]
