"""Listening to the database client: which statements a piece of code sends, and how many."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper

from models.engines.postgres import RollcallPostgresClient
from models.engines.sqlite import Statements
from models.migrating.building_ahead import ConcurrentEditor

TORTOISES = ("execute_query", "execute_query_dict", "execute_insert", "execute_many", "execute_script")
WAYS = {
    Statements: TORTOISES,
    AsyncpgDBClient: TORTOISES,
    TransactionWrapper: TORTOISES,
    RollcallPostgresClient: ("rows",),
    ConcurrentEditor: ("_run_sql",),
}


@dataclass(frozen=True)
class Statement:
    sql: str
    values: tuple[Any, ...] = ()


_listeners: list[list[Statement]] = []


def counting() -> bool:
    """Whether somebody listens just now."""
    return bool(_listeners)


@contextmanager
def statements(answered: Callable[[int], None] = lambda number: None) -> Iterator[list[Statement]]:
    """Collects every statement that is sent while the block runs, in and out of transactions, on both engines.

    `answered` is told the number of each that has been answered; the first one's is 1.
    """
    heard: list[Statement] = []

    def listening(way: Any) -> Any:
        async def send(client: Any, sql: str, values: Any = None) -> Any:
            heard.append(Statement(sql, tuple(values or ())))
            number = len(heard)
            answer = await (way(client, sql) if values is None else way(client, sql, values))
            answered(number)
            return answer

        return send

    with pytest.MonkeyPatch.context() as patch:
        for client, ways in WAYS.items():
            for way in ways:
                if way in vars(client):
                    patch.setattr(client, way, listening(vars(client)[way]))
        _listeners.append(heard)
        try:
            yield heard
        finally:
            _listeners.remove(heard)
