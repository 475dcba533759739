"""`rollcall serve` as a process to be killed, frozen and started again, and a caller who expects faults."""

import asyncio
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.running import PATIENCE, ROLLCALL, ROOT, environment, free_port


@dataclass
class Server:
    """Used as `async with`: kills whatever is left at the end. `start` again after `kill`, on the same port."""

    url: str
    log: Path
    workers: int = 1
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None
    callers: "list[Caller]" = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "Server":
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.kill()
        for caller in self.callers:
            await caller.http.aclose()

    def caller(self, token: str, port: int | None = None) -> "Caller":
        """Of this server, perhaps by a proxy's port."""
        self.callers.append(Caller(f"http://127.0.0.1:{port or self.port}", token))
        return self.callers[-1]

    async def start(self, *, ready: bool = True) -> None:
        with self.log.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *(*ROLLCALL, "serve", "--port", str(self.port), "--workers", str(self.workers)),
                cwd=ROOT,
                env=environment(self.url, **self.settings) | {"TMPDIR": str(self.log.parent)},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        if ready:
            await self.readiness(200)

    async def kill(self) -> None:
        """kill -9, workers and all."""
        if self.process is not None and self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            await self.process.wait()

    def terminate(self) -> None:
        assert self.process is not None
        self.process.terminate()

    async def ended(self) -> int:
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), PATIENCE * 2)

    async def readiness(self, status: int) -> dict[str, Any]:
        """Waits until /readyz answers with this status; gives its body."""
        async with asyncio.timeout(PATIENCE), httpx2.AsyncClient() as http:
            while True:
                assert self.process is not None
                assert self.process.returncode is None, self.log.read_text()[-2000:]
                try:
                    answer = await http.get(f"{self.address}/readyz", timeout=5)
                    if answer.status_code == status:
                        return dict(answer.json())
                except httpx2.TransportError:
                    pass
                await asyncio.sleep(0.05)

    async def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        async with httpx2.AsyncClient() as http:
            lines = (await http.get(f"{self.address}/metrics")).text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))


@dataclass(frozen=True)
class Reply:
    """`status` None: the connection broke or nothing came. `seconds`: how long it took."""

    status: int | None
    body: dict[str, Any]
    seconds: float
    headers: Any = None
    ended: float = field(default_factory=time.monotonic)

    @property
    def data(self) -> Any:
        assert self.status == 200, self
        assert "errors" not in self.body, self
        return self.body["data"]

    @property
    def orderly(self) -> bool:
        """Done, or refused with a reason that a client can act upon: no bug, no hang-up."""
        return self.status == 503 or (self.status == 200 and "errors" not in self.body)


@dataclass
class Caller:
    """Never raises: faults are what the tests look at."""

    address: str
    token: str
    http: httpx2.AsyncClient = field(default_factory=lambda: httpx2.AsyncClient(timeout=PATIENCE))

    async def __call__(self, document: str, **variables: Any) -> Reply:
        return await self._ask(document, variables, {"Authorization": f"Bearer {self.token}"})

    async def anonymously(self, document: str) -> Reply:
        """Without a session."""
        return await self._ask(document, {}, {})

    async def _ask(self, document: str, variables: dict[str, Any], headers: dict[str, str]) -> Reply:
        started = time.monotonic()
        try:
            answer = await self.http.post(
                f"{self.address}/graphql", json={"query": document, "variables": variables}, headers=headers
            )
            return Reply(answer.status_code, answer.json(), time.monotonic() - started, answer.headers)
        except httpx2.TransportError as error:
            return Reply(None, {"broke": repr(error)}, time.monotonic() - started)
