"""The composition root: everything is made here, once, from the settings."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from models.database import opened
from schema.context import Tools
from server.avatars import avatar_urls, draw_avatar
from server.graphiql import GraphiQL, post_only
from server.graphql_http import GraphQLHttp
from server.health import livez, readyz
from server.housekeeping import keep_house
from server.logs import set_up_logs
from server.origins import Origins
from server.request_log import RequestLog
from server.settings import Settings
from services.clock import Clock, system_clock
from services.mail.delivery import Delivery
from services.mail.render import MailSite
from services.mail.transport import FileTransport, SmtpTransport, Transport
from services.origin_limits import OriginLimit
from services.passwords import Hasher
from services.vault import Vault

LARGEST_BODY = 100_000


def create_app(settings: Settings | None = None, *, clock: Clock = system_clock) -> Starlette:
    """The ASGI application. Without settings they are read from the environment; raises BadSettings."""
    settings = settings or Settings.read()
    set_up_logs(settings.log_format)
    vault, hasher = Vault(settings.keys), Hasher()
    tools = Tools(
        hasher=hasher,
        vault=vault,
        avatar_url=avatar_urls(settings.avatars, settings.public_url),
        origin_limit=OriginLimit(settings.sign_in_failures),
    )
    site = MailSite(frontend_url=settings.frontend_url, sender=settings.mail_from)
    delivery = Delivery(transport=transport(settings), site=site, vault=vault, clock=clock)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(settings.database_url.get_secret_value(), **pool(settings)):
            stop = asyncio.Event()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(delivery.run(None, stop))
                tasks.create_task(keep_house(clock, stop))
                yield
                stop.set()
        hasher.close()

    return Starlette(
        routes=routes(settings, GraphQLHttp(tools, clock, Origins(settings.trusted_proxies))),
        middleware=[Middleware(RequestLog)],
        lifespan=lifespan,
        max_body_size=LARGEST_BODY,
    )


def routes(settings: Settings, graphql: GraphQLHttp) -> list[Any]:
    graphiql = GraphiQL(demo_email=settings.demo_email) if settings.graphiql else None
    get: Callable[[Any], Any] = graphiql.page if graphiql else post_only_page
    return [
        Route("/graphql", graphql.post, methods=["POST"]),
        Route("/graphql", get, methods=["GET"]),
        Route("/avatars/{initials}/{hue:int}.svg", draw_avatar),
        Route("/livez", livez),
        Route("/readyz", readyz),
        *(graphiql.asset_routes() if graphiql else []),
    ]


async def post_only_page(request: Any) -> Response:
    return post_only(request)


def transport(settings: Settings) -> Transport:
    """The mail server of the settings; without one, files in a folder, and a line on the console for each."""
    if settings.smtp_url is None:
        return FileTransport(settings.mail_folder, announce=lambda line: print(line, file=sys.stderr))  # noqa: T201
    return SmtpTransport(settings.smtp_url.get_secret_value())


def pool(settings: Settings) -> dict[str, Any]:
    """Options of the database client: only PostgreSQL has a pool."""
    if settings.database_url.get_secret_value().startswith("sqlite"):
        return {}
    return {"min_size": 1, "max_size": settings.database_connections}
