"""The composition root: everything is made here, once, from the settings."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Route
from starlette.types import ASGIApp, Lifespan

from models.database import opened
from schema.context import Tools
from schema.execution.engine import Engine
from schema.execution.rules import Rules
from server.answers import http_failure
from server.avatars import avatar_urls, draw_avatar
from server.cross_origin import cross_origin
from server.database import on_sqlite, pool
from server.envelope import Envelope
from server.failures import Failures
from server.graphiql import GraphiQL, Handler
from server.graphql_http import GraphQLHttp
from server.graphql_route import GraphQLRoute, PastTheRouter
from server.health import Health
from server.housekeeping import keep_house
from server.logs import set_up_logs
from server.measuring import keep_measuring, statement_options
from server.memory import settle_memory
from server.metrics import CountedTransport, Metrics
from server.operating import Operating
from server.origins import Origins
from server.request_log import RequestLog
from server.settings import Settings
from server.shutdown import Leaving
from server.time_limit import TimeLimit
from server.timekeeping import keep_time, set_clock
from server.tracing import traced
from services.clock import Clock, DatabaseClock, system_clock
from services.mail.delivery import Delivery
from services.mail.render import MailSite
from services.mail.transport import FileTransport, SmtpTransport, Transport
from services.origin_limits import OriginLimit
from services.passwords import Hasher
from services.vault import Vault

GRAPHQL = "/graphql"


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> Starlette:
    """The ASGI application. Without settings they are read from the environment; raises BadSettings."""
    settings = settings or Settings.read()
    clock = clock or clock_of(settings)
    set_up_logs(settings.log_format)
    leaving, metrics = Leaving(settings.shutdown_delay), Metrics()
    operating = Operating(leaving, Health(clock, leaving), metrics)
    vault, hasher, stop = Vault(settings.keys), Hasher(), leaving.begun
    tools = tools_of(settings, hasher, vault, metrics)
    site = MailSite(frontend_url=settings.frontend_url, sender=settings.mail_from)
    delivery = Delivery(CountedTransport(transport(settings), count=metrics.tried_mail), site, vault, clock)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        options = pool(settings) | statement_options(operating.metrics, operating.health, sqlite=on_sqlite(settings))
        settle_memory()
        async with opened(settings.database_url.get_secret_value(), **options):
            await set_clock(clock)
            measuring = keep_measuring(operating.metrics, operating.health, graphql.engine.counts, stop)
            keeping = keep_house(clock, stop), keep_time(clock, stop)
            async with leaving.at_work(delivery.run(None, stop), *keeping, measuring):
                with leaving.heeding_sigterm():
                    yield
        operating.metrics.settle()
        hasher.close()

    rules = Rules(settings.cost_limit, settings.introspection, settings.trusted_documents)
    graphql = GraphQLHttp(tools, clock, origins_of(settings), Engine(rules))
    return traced(application(settings, graphql, lifespan, operating), graphql, settings.otlp_endpoint)


def application(
    settings: Settings,
    graphql: GraphQLHttp,
    lifespan: Lifespan[Starlette] | None = None,
    operating: Operating | None = None,
) -> Starlette:
    """What answers requests; whoever opens the database is the lifespan's affair."""
    operating = operating or Operating.alone(graphql.clock)
    by_get = graphql.get if settings.get_queries else None
    graphiql = graphiql_of(settings, by_get)
    endpoint = GraphQLRoute(graphql.post, graphiql.page if graphiql else by_get)
    return Application(
        routes=[
            Route(GRAPHQL, endpoint),  # below a `root_path`
            Route(f"{GRAPHQL}/", endpoint),
            Route("/avatars/{initials}/{hue:int}.svg", draw_avatar),
            *(graphiql.asset_routes() if graphiql else []),
            *operating.routes(metrics=settings.metrics_port is None),
        ],
        middleware=[*around(settings, operating), Middleware(PastTheRouter, path=GRAPHQL, endpoint=endpoint)],
        exception_handlers={HTTPException: http_failure},
        lifespan=lifespan,
    )


class Application(Starlette):
    """Starlette without its outermost layer, which masks failures as text: `Failures` does that, as JSON."""

    def build_middleware_stack(self) -> ASGIApp:
        app: ASGIApp = ExceptionMiddleware(self.router, handlers=self.exception_handlers)
        for layer, arguments, options in reversed(self.user_middleware):
            app = layer(app, *arguments, **options)
        return app


def around(settings: Settings, operating: Operating) -> list[Middleware]:
    """What every request passes on its way in, and every answer on its way out; outermost first."""
    methods = ["GET", "POST"] if settings.get_queries else ["POST"]
    return [
        Middleware(Envelope, leaving=operating.leaving, https=settings.public_url.startswith("https:")),
        Middleware(RequestLog, answered=operating.metrics.answered),
        *cross_origin(settings.cors_origins, methods, settings.cors_headers),
        Middleware(Failures),
        Middleware(TimeLimit),
    ]


def tools_of(settings: Settings, hasher: Hasher, vault: Vault, metrics: Metrics) -> Tools:
    """What services need of this server."""
    return Tools(
        hasher=hasher,
        vault=vault,
        avatar_url=avatar_urls(settings.avatars, settings.public_url),
        origin_limit=OriginLimit(settings.sign_in_failures),
        guessed=metrics.guessed,
        special_domains=frozenset(settings.allowed_special_domains),
    )


def graphiql_of(settings: Settings, by_get: Handler | None) -> GraphiQL | None:
    """None where it is switched off, or could send nothing that is trusted."""
    if not settings.graphiql or settings.trusted_documents is not None:
        return None
    return GraphiQL(demo_email=settings.demo_email, introspection=settings.introspection, otherwise=by_get)


def origins_of(settings: Settings) -> Origins:
    return Origins(settings.trusted_proxies, settings.client_ip_header)


def transport(settings: Settings) -> Transport:
    """The mail server of the settings; without one, files in a folder, and a line on the console for each."""
    if settings.smtp_url is None:
        return FileTransport(settings.mail_folder, announce=lambda line: print(line, file=sys.stderr))  # noqa: T201
    return SmtpTransport(settings.smtp_url.get_secret_value())


def clock_of(settings: Settings) -> Clock:
    """One for all servers: where they share a database, its own."""
    return system_clock if on_sqlite(settings) else DatabaseClock()
