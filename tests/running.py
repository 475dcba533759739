"""The real server as a process of its own, for tests of the whole."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parent.parent
ROLLCALL = [sys.executable, "-c", "from server.cli import main; main()"]
SECRET_KEY = "a-key-for-tests-of-at-least-thirty-two-characters"
PATIENCE = 120.0
"""Seconds after which a test gives up waiting: it guards against hanging, and says nothing about speed."""


def environment(database_url: str, **settings: str) -> dict[str, str]:
    """That of this process, without its settings of Rollcall, plus these."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ROLLCALL_")}
    given = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET_KEY, "SHUTDOWN_DELAY": "0", **settings}
    return inherited | {f"ROLLCALL_{name}": value for name, value in given.items()}


async def command(*arguments: str, database_url: str, **settings: str) -> str:
    """Runs `rollcall …` to its end and gives what it printed. Asserts that it succeeded."""
    process = await asyncio.create_subprocess_exec(
        *ROLLCALL,
        *arguments,
        cwd=ROOT,
        env=environment(database_url, **settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, output.decode()
    return output.decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running(database_url: str, log: Path, *, workers: int = 1, **settings: str) -> AsyncIterator[str]:
    """`rollcall serve` on a free port; gives its address. What it prints goes to `log`; SIGTERM ends it."""
    port = free_port()
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *ROLLCALL,
            *("serve", "--port", str(port), "--workers", str(workers)),
            cwd=ROOT,
            env=environment(database_url, **settings),
            stdout=output,
            stderr=output,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            await _ready(address, process)
            yield address
        finally:
            if process.returncode is None:
                process.terminate()
                await asyncio.wait_for(process.wait(), PATIENCE)


async def _ready(address: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE), httpx2.AsyncClient() as http:
        while process.returncode is None:
            try:
                if (await http.get(f"{address}/readyz")).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.05)
    raise AssertionError(f"rollcall serve ended with {process.returncode}")


class Remote:
    """A GraphQL client of a running server."""

    def __init__(self, address: str) -> None:
        self.address, self.token = address, ""

    async def __call__(self, document: str, **variables: Any) -> Any:
        """The data; asserts that there are no top-level errors."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with httpx2.AsyncClient(timeout=PATIENCE) as http:
            body = {"query": document, "variables": variables}
            response = await http.post(f"{self.address}/graphql", json=body, headers=headers)
        answer = response.json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]
