"""Rollcall against naive Strawberry + Tortoise, where the first table does not show it."""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import orjson

from bench.peers import client
from bench.peers.comparing import PAGES
from bench.peers.data import ADMINISTRATOR, TOKEN, Data
from bench.peers.load import load
from bench.peers.question import ANSWER
from bench.peers.servers import NAIVE, ROLLCALL, Running, running
from bench.scale.databases import fill_if_empty, sqlite

SECONDS = 3
BESIDE = f"""query Users($first: Int!, $status: [UserStatus!]) {{
  __type(name: "User") {{ name }}
  users(first: $first, filter: {{ status: $status }}) {ANSWER}}}
"""

Say = Callable[[str], None]
Body = Callable[[Running, int], bytes]


def not_compiled(data: Data, *, rounds: int, say: Say) -> dict[str, Any]:
    """An operation with introspection in it, which graphql-core executes beside the rest."""

    def body(one: Running, page: int) -> bytes:
        if one.server is NAIVE:
            return NAIVE.question.body(page, data.platform)
        return orjson.dumps({"query": BESIDE, "variables": {"first": page, "status": ["ACTIVE"]}})

    return _compared(data, body, "not compiled", 16, rounds, say)


def on_sqlite(data: Data, *, rounds: int, say: Say) -> dict[str, Any]:
    """A file of as many users; `data` says no more than that it is wanted."""
    source = sqlite(Path("var/bench"), 100_000)
    fill_if_empty(source)
    file = Path("var/bench/peers.db")
    _copy(Path(source.url.removeprefix("sqlite://")), file)
    lite = _signed_in(file)
    return _compared(lite, lambda one, page: one.server.question.body(page, lite.platform), "SQLite", 2, rounds, say)


def _compared(data: Data, body: Body, what: str, connections: int, rounds: int, say: Say) -> dict[str, Any]:
    """The two take turns."""
    found: dict[int, list[tuple[float, float]]] = {page: [] for page in PAGES}
    with running(ROLLCALL, data) as ours, running(NAIVE, data) as theirs:
        for one in (ours, theirs):
            assert "errors" not in client.post(one.url, data.token, body(one, PAGES[0]))
            load(one.url, body(one, PAGES[0]), data.token, connections=connections, seconds=SECONDS)
        for _ in range(rounds):
            for page in PAGES:
                came = [
                    load(one.url, body(one, page), data.token, connections=connections, seconds=SECONDS).throughput
                    for one in (ours, theirs)
                ]
                found[page].append((came[0], came[1]))
                say(f"{what}: page {page}: {came[0]:.0f}/s, naive {came[1]:.0f}/s")
    rows = [
        (page, median(mine for mine, _ in runs), median(naive for _, naive in runs), median(m / n for m, n in runs))
        for page, runs in found.items()
    ]
    return {"rows": rows}


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)


def _signed_in(file: Path) -> Data:
    now, hash = datetime.now(UTC).isoformat(sep=" "), hashlib.sha256(TOKEN.encode()).hexdigest()
    with closing(sqlite3.connect(file)) as database:
        ask = "SELECT id, platform_id FROM users WHERE email_key = ?"
        user, platform = database.execute(ask, (ADMINISTRATOR,)).fetchone()
        insert = "INSERT INTO sessions (id, user_id, token_hash, created_at, last_seen_at) VALUES (?, ?, ?, ?, ?)"
        database.execute(insert, (str(uuid4()), user, hash, now, now))
        database.commit()
    return Data(f"sqlite://{file.parent.resolve()}", file.name, platform, "")
