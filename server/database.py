"""How a process of ours opens the database: with which options, and with bounds on every wait."""

from typing import Any

from server.settings import Settings

DATABASE_SECONDS = {"statement_timeout": 8, "lock_timeout": 4, "idle_in_transaction_session_timeout": 15}
"""PostgreSQL's own bounds, below that of a request, so that it gives up before we do."""

CONNECTING_SECONDS, ANSWERING_SECONDS = 5, 10
"""Our own bounds on the database, for one that is frozen and keeps none; what requests read is bounded by theirs."""


def pool(settings: Settings) -> dict[str, Any]:
    """Options of the database client: only PostgreSQL has a pool."""
    if on_sqlite(settings):
        return {}
    bounds = {name: f"{seconds}s" for name, seconds in DATABASE_SECONDS.items()}
    waits = {"timeout": CONNECTING_SECONDS, "answer_seconds": ANSWERING_SECONDS, "server_settings": bounds}
    return {"min_size": 1, "max_size": settings.database_connections, "reset": nothing_to_reset} | waits


async def nothing_to_reset(connection: Any) -> None:
    """Spares a connection that is given up asyncpg's RESET ALL: nothing changes its settings beyond a transaction."""


def on_sqlite(settings: Settings) -> bool:
    return settings.database_url.get_secret_value().startswith("sqlite")
