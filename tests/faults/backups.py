"""Backing up and restoring, with what docs/operations.md says to do afterwards."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from tests.docs.documents import block, read, section
from tests.faults.cluster import Cluster

AFTERWARDS = block(section(read("docs/operations.md"), "## Backup and restore"), "sql")


async def dump_postgres(cluster: Cluster, url: str) -> str:
    """The dump's file."""
    file = str(cluster.folder / f"{uuid4().hex[:8]}.dump")
    await cluster.run("pg_dump", "-Fc", "-f", file, url)
    return file


async def restore_postgres(cluster: Cluster, dump: str) -> str:
    """The URL of a new database."""
    url = await cluster.empty()
    await cluster.run("pg_restore", "--no-owner", "-d", url, dump)
    return url


def back_up_sqlite(url: str, copy: Path) -> str:
    """The copy's URL. Where the program `sqlite3` is missing, by the function that its `.backup` calls."""
    file = url.removeprefix("sqlite://")
    if program := shutil.which("sqlite3"):
        subprocess.run([program, file, f".backup '{copy}'"], check=True)
    else:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    return f"sqlite://{copy}"


async def do_what_comes_afterwards(url: str, cluster: Cluster) -> None:
    if url.startswith("postgres"):
        await cluster.run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", AFTERWARDS)
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as restored:
        restored.executescript(AFTERWARDS)
