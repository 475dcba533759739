"""Opening the database: the one place that knows how Tortoise is set up."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, cast

from tortoise.backends.base.config_generator import expand_db_url
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext, get_current_context

ENGINES = {"tortoise.backends.sqlite": "models.engines.sqlite", "tortoise.backends.asyncpg": "models.engines.postgres"}


def tortoise_config(url: str, **options: Any) -> dict[str, Any]:
    """Tortoise's configuration for `sqlite:///abs/path` or `postgres://…`; options go to the client.

    `sqlite:////abs/path`, as SQLAlchemy writes it, is the same. Raises ValueError for any other kind of URL.
    """
    try:
        connection = expand_db_url(re.sub("^sqlite:/{4,}", "sqlite:///", url))
        connection["engine"] = ENGINES[connection["engine"]]
    except Exception as error:
        raise ValueError("the database URL must begin with sqlite:/// or postgres://") from error
    connection["credentials"].update(options)
    return {
        "connections": {"default": connection},
        "apps": {"models": {"models": ["models.tables"], "migrations": "models.migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[TortoiseContext]:
    """Connects for as long as the block runs; every task of the process sees the connection.

    Tortoise keeps statements by the connection's name, whatever database it was: forget those of an earlier one.
    """
    EXECUTOR_CACHE.clear()
    async with TortoiseContext() as context:
        await context.init(config=tortoise_config(url, **options), _enable_global_fallback=True)
        yield context


def current() -> Any:
    """The database as `opened` has it, or the transaction that this task is in.

    For every request: Tortoise's own way there checks each time what `opened` sees to, and takes twice as long.
    """
    context = get_current_context()
    assert context is not None, "the database is not open"
    return context.connections._get_storage()["default"]


async def database_time() -> datetime | None:
    """What time it is where the database is; None for SQLite, which is here. Raises DatabaseUnavailable."""
    database = current()
    if database.capabilities.dialect == "sqlite":
        return None
    [[now]] = await database.rows("SELECT clock_timestamp()", ())
    return cast("datetime", now)
