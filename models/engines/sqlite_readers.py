"""SQLite: statements that only read, on connections of their own: a writer holds none of them up, nor they each other.

In WAL mode each sees what was committed when it began.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, NamedTuple

READERS = 4
TURN_SECONDS = 0.002
"""For so long a statement is alone. Python's lock changes hands with every row: where several are fetched at once each
takes up to five times as long (measured). One that takes longer goes on beside the next.
"""


class Job(NamedTuple):
    """A statement, and who waits for its rows."""

    rows: asyncio.Future[list[sqlite3.Row]]
    sql: str
    values: Sequence[Any]


class Readers:
    """Threads that take statements from one queue, each with a connection that may not write.

    No statement is given a connection, so one that fails or whose caller is cancelled can leave none behind.
    """

    def __init__(self, filename: str, busy_timeout: int) -> None:
        """`busy_timeout`: milliseconds."""
        self._filename, self._busy_timeout = filename, busy_timeout
        self._jobs: SimpleQueue[Job | asyncio.Future[None]] = SimpleQueue()
        self._turn = Lock()
        for number in range(READERS):
            Thread(target=self._work, name=f"sqlite-reader-{number}", daemon=True).start()

    def read(self, sql: str, values: Sequence[Any]) -> asyncio.Future[list[sqlite3.Row]]:
        """All rows. Fails with sqlite3's own errors."""
        rows: asyncio.Future[list[sqlite3.Row]] = asyncio.get_running_loop().create_future()
        self._jobs.put(Job(rows, sql, values))
        return rows

    async def close(self) -> None:
        """After what has been asked is answered."""
        ends: list[asyncio.Future[None]] = [asyncio.get_running_loop().create_future() for _ in range(READERS)]
        for end in ends:
            self._jobs.put(end)
        await asyncio.gather(*ends)

    def _work(self) -> None:
        connection: sqlite3.Connection | None = None
        while isinstance(job := self._jobs.get(), Job):
            connection = self._answer(job, connection)
            del job  # or its rows would stay in memory until the next one
        if connection is not None:
            connection.close()
        _settle(job, None)

    def _answer(self, job: Job, connection: sqlite3.Connection | None) -> sqlite3.Connection | None:
        """The connection, open from the first statement on; where it did not open, the next statement tries again."""
        if job.rows.cancelled():
            return connection
        alone = self._turn.acquire(timeout=TURN_SECONDS)
        try:
            connection = connection or self._open()
            _settle(job.rows, connection.execute(job.sql, job.values).fetchall())
        except Exception as error:
            _settle(job.rows, None, error)
        finally:
            if alone:
                self._turn.release()
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._filename, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout={self._busy_timeout}")
        connection.execute("PRAGMA query_only=ON")
        return connection


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None = None) -> None:
    with suppress(RuntimeError):  # the loop is gone, and with it whoever waited
        future.get_loop().call_soon_threadsafe(_told, future, result, error)


def _told(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
