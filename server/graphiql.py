"""GraphiQL from our own origin: the page of GET /graphql and the files that it loads."""

import html
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from schema.execution.rules import Introspection
from server.answers import failed

Handler = Callable[[Request], Awaitable[Response]]

WEB = Path(__file__).parent.parent / "web" / "graphiql"

VENDOR_FILES = ("react.js", "react-dom.js", "graphiql.js", "graphiql.css", "explorer.js", "explorer.css")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class GraphiQL:
    """`demo_email` is filled in for the reader; `folder` holds `page/` (ours) and `vendor/` (copied by npm).

    `introspection`: who may read the schema, so that the page does not ask in vain. `otherwise`: answers clients of the
    API, who want no page.
    """

    def __init__(
        self,
        *,
        demo_email: str = "",
        introspection: Introspection = "public",
        otherwise: Handler | None = None,
        folder: Path = WEB,
    ) -> None:
        self._otherwise = otherwise or post_only
        self._vendor = folder / "vendor"
        self._assets = folder / "page"
        self._missing = (self._assets / "missing.html").read_text("utf-8")
        template = (self._assets / "index.html").read_text("utf-8")
        filled = template.replace("{{ demo_email }}", html.escape(demo_email))
        self._index = filled.replace("{{ introspection }}", introspection)

    async def page(self, request: Request) -> Response:
        """The GET half of /graphql where there is a page for browsers."""
        if not wants_html(request):
            return await self._otherwise(request)
        headers = HEADERS | {"Vary": "Accept"}
        if self._is_installed():
            return HTMLResponse(self._index, headers=headers)
        return HTMLResponse(self._missing, status_code=503, headers=headers)

    def asset_routes(self) -> list[Mount]:
        return [
            Mount("/graphiql/page", _Assets(self._assets)),
            Mount("/graphiql/vendor", _Assets(self._vendor)),
        ]

    def _is_installed(self) -> bool:
        return all((self._vendor / name).is_file() for name in VENDOR_FILES)


async def post_only(_request: Request) -> Response:
    """The GET half of /graphql where nothing is served by GET."""
    return failed("Send GraphQL operations with POST.", 405, code="METHOD_NOT_ALLOWED", Allow="POST", Vary="Accept")


def wants_html(request: Request) -> bool:
    """Browsers name text/html; `*/*` is what curl and HTTP libraries send (RFC 9110, 12.5.1)."""
    for entry in ",".join(request.headers.getlist("accept")).split(","):
        media_type, *parameters = (part.strip().lower() for part in entry.split(";"))
        if media_type == "text/html":
            return not any(_is_zero_quality(parameter) for parameter in parameters)
    return False


def _is_zero_quality(parameter: str) -> bool:
    return parameter.startswith("q=") and not parameter[2:].strip("0.")


class _Assets(StaticFiles):
    """Revalidated by ETag, because the files' names carry no version. A folder not made yet is a 404."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, check_dir=False)

    async def check_config(self) -> None:
        return

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS)
        return response
