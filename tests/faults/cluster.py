"""A PostgreSQL of the test's own, to be stopped, frozen, starved and filled."""

import asyncio
import os
import shutil
import signal
import tempfile
from pathlib import Path
from uuid import uuid4

import asyncpg

from models.migrate import migrate
from tests.running import free_port

BINARIES = Path(os.environ.get("ROLLCALL_TEST_POSTGRES_BINARIES", "/usr/lib/postgresql/15/bin"))
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "shared_buffers": "16MB",
    "autovacuum": "off",
}
"""Without fsync a crash of the machine would lose data; these tests crash processes only."""


class Cluster:
    """PostgreSQL refuses to run as root: then it runs as the user `postgres`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rollcall-cluster-"))
        self.data = self.folder / "data"
        self.port = free_port()
        self._template = ""

    async def make(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        await self.run("initdb", "--no-sync", "--auth=trust", "--username=postgres", "-D", str(self.data))
        await self.start()
        self._template = await self._create("rollcall_template")
        await migrate(self._template, report=lambda line: None)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    async def start(self, **options: str) -> None:
        """Returns once it answers. Options go on top of OPTIONS."""
        given = " ".join(f"-c {name}='{value}'" for name, value in (OPTIONS | options).items())
        await self.run(
            "pg_ctl",
            "-D",
            str(self.data),
            "-w",
            "-l",
            str(self.folder / "log"),
            "-o",
            f"-p {self.port} {given}",
            "start",
        )

    async def stop(self, mode: str = "fast") -> None:
        """`immediate` is a crash: nothing is written, and the next start recovers."""
        await self.run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def freeze(self) -> None:
        """Every process stands still; connections stay open and answer nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    async def database(self, tablespace: str = "pg_default") -> str:
        """The URL of a new, migrated database."""
        return await self._create(f"rollcall_{uuid4().hex[:8]}", f"TEMPLATE rollcall_template TABLESPACE {tablespace}")

    async def empty(self, template: str = "template1") -> str:
        """The URL of a new database in which there is nothing, or what is in another one."""
        return await self._create(f"rollcall_{uuid4().hex[:8]}", f"TEMPLATE {template}")

    async def administer(self, statement: str, database: str = "postgres") -> list[asyncpg.Record]:
        connection = await asyncpg.connect(f"{self._server}/{database}", timeout=10)
        try:
            return list(await connection.fetch(statement))
        finally:
            await connection.close()

    async def _create(self, name: str, how: str = "") -> str:
        await self.administer(f"CREATE DATABASE {name} {how}")
        return f"{self._server}/{name}"

    @property
    def _server(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}"

    def _signal(self, number: signal.Signals) -> None:
        leader = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
        for pid in (leader, *map(int, children)):
            os.kill(pid, number)

    async def run(self, program: str, *arguments: str) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        process = await asyncio.create_subprocess_exec(
            *as_postgres, str(BINARIES / program), *arguments, cwd="/", stdout=asyncio.subprocess.DEVNULL
        )
        assert await process.wait() == 0, f"{program} {' '.join(arguments)}"
