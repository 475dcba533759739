"""Who hears of each statement: its text, the seconds until it was answered, and what it raised."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

StatementTold = Callable[[str, float, BaseException | None], None]
Result = TypeVar("Result")


class Telling:
    """A client, or a transaction of one, that tells `on_statement`."""

    on_statement: StatementTold | None = None

    async def _told(self, sql: str, statement: Awaitable[Result]) -> Result:
        if self.on_statement is None:
            return await statement
        started, raised = time.perf_counter(), None
        try:
            return await statement
        except Exception as error:
            raised = error
            raise
        finally:
            self.on_statement(sql, time.perf_counter() - started, raised)
