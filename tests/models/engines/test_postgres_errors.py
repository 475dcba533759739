"""Which of PostgreSQL's errors say that the connection has ended."""

import asyncpg
import pytest

from models.engines.postgres_errors import PostgresLost, PostgresUnavailable, told


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.exceptions.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.exceptions.CrashShutdownError("terminating connection because of crash of another server process"),
        asyncpg.InterfaceError("cannot perform operation: connection is closed"),
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
    ],
)
def test_a_connection_that_ended_is_told_from_a_server_that_refuses(error: Exception) -> None:
    assert type(told(error)) is PostgresLost


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        ConnectionRefusedError(),
        asyncpg.exceptions.QueryCanceledError("canceling statement due to statement timeout"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.exceptions.LockNotAvailableError("canceling statement due to lock timeout"),
        asyncpg.InterfaceError("pool is closing"),
    ],
)
def test_whatever_else_makes_it_unavailable_is_no_lost_connection(error: Exception) -> None:
    assert type(told(error)) is PostgresUnavailable
