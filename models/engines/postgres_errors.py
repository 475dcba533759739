"""Which of PostgreSQL's errors are no fault of the statement: those that asking again may get rid of."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
from tortoise.exceptions import OperationalError

from models.unavailable import DatabaseConflict, DatabaseUnavailable

LOST = (
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.exceptions.AdminShutdownError,
    asyncpg.exceptions.CrashShutdownError,
    asyncpg.InternalClientError,  # what asyncpg says of a connection whose end it has not noticed yet
)
NOT_THE_QUESTION = (
    *LOST,
    OSError,  # TimeoutError too
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,  # shutting down, starting up, out of time
    asyncpg.exceptions.InsufficientResourcesError,  # connections, disk, memory
    asyncpg.exceptions.ObjectNotInPrerequisiteStateError,  # lock_timeout
    asyncpg.exceptions.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.exceptions.TransactionRollbackError,  # undone by the server, and nobody knows whether all of it
)
CONFLICTS = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,  # where transactions are serializable
    asyncpg.InvalidCachedStatementError,  # a migration has changed what a prepared statement returns
)


class PostgresUnavailable(DatabaseUnavailable, OperationalError):
    """The server is gone, starting, full or read-only, or something took too long."""


class PostgresLost(PostgresUnavailable):
    """The connection ended under a statement: nobody knows whether it was done."""


class PostgresConflict(DatabaseConflict, PostgresUnavailable):
    """Another transaction was preferred to this one."""


def lost(error: BaseException | None) -> bool:
    """Whether the connection under a statement has ended."""
    return isinstance(error, LOST) or (
        isinstance(error, asyncpg.InterfaceError) and "connection is closed" in str(error)
    )


@contextmanager
def judging() -> Iterator[None]:
    """Turns what is not the statement's fault into PostgresUnavailable, PostgresLost or PostgresConflict."""
    try:
        yield
    except asyncpg.InterfaceError as error:
        if "closed" not in str(error) and "closing" not in str(error):
            raise
        raise (PostgresLost if lost(error) else PostgresUnavailable)(str(error)) from error
    except CONFLICTS as error:
        raise PostgresConflict(f"{type(error).__name__}: {error}") from error
    except NOT_THE_QUESTION as error:
        unavailable = PostgresLost if lost(error) else PostgresUnavailable
        raise unavailable(f"{type(error).__name__}: {error}") from error


async def judged(func: Any, *args: Any, **kwargs: Any) -> Any:
    """Before Tortoise translates: it takes a read-only database for a wrong use of transactions."""
    with judging():
        return await func(*args, **kwargs)


def told(error: BaseException) -> BaseException:
    """What callers hear of a statement's error, as Tortoise and `judging` have it."""
    if isinstance(error, asyncpg.SyntaxOrAccessError | asyncpg.DataError) and not isinstance(error, CONFLICTS):
        return OperationalError(error)
    try:
        with judging():
            raise error
    except BaseException as judged_error:
        return judged_error
