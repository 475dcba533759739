"""Avatars: initials on a colour of the person's own, drawn as SVG from nothing but the address of the picture."""

import hashlib
from collections.abc import Callable
from html import escape
from typing import Literal
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from models.user import User

AvatarUrl = Callable[[User, int], str | None]


def avatar_urls(kind: Literal["initials", "gravatar", "off"], public_url: str) -> AvatarUrl:
    """How this server addresses avatars; `gravatar` sends clients to a foreign host, so it is never the default."""
    if kind == "off":
        return lambda user, size: None
    if kind == "gravatar":
        return lambda user, size: f"https://gravatar.com/avatar/{_digest(user.email_key)}?d=mp&s={size}"
    return lambda user, size: f"{public_url}/avatars/{quote(user.initials, safe='')}/{_hue(user)}.svg?size={size}"


async def draw_avatar(request: Request) -> Response:
    """`/avatars/<initials>/<hue>.svg?size=`: no database and no sign-in, so that an `<img>` can show it."""
    initials, hue = request.path_params["initials"], request.path_params["hue"]
    size = request.query_params.get("size", "80")
    if not (1 <= len(initials) <= 4 and hue < 360 and size.isdecimal() and len(size) <= 4 and 16 <= int(size) <= 512):
        return PlainTextResponse("There is no such avatar.", status_code=404)
    return Response(
        SVG.format(size=int(size), hue=hue, initials=escape(initials)),
        media_type="image/svg+xml",
        headers={
            "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 80 80" role="img">'
    '<rect width="80" height="80" fill="hsl({hue},45%,42%)"/>'
    '<text x="40" y="41" fill="#fff" font-family="system-ui,sans-serif" font-size="32" text-anchor="middle" '
    'dominant-baseline="central">{initials}</text></svg>'
)


def _hue(user: User) -> int:
    """0 to 359, the same for a person whatever happens to the name."""
    return int.from_bytes(user.id.bytes[:2], "big") % 360


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
