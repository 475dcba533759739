"""`make attack`: the audits, schemathesis, walks and slowhttptest against servers of its own.

`python -m tests.attack.run` exits 1 where any finds fault, and 2 where a part was left out for want of a tool; make
fails for both alike. `make attack PARTS="sqlite slow"` runs these alone.
"""

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from statistics import median

from models.database import opened
from services.clock import system_clock
from tests.attack.fuzzing import SCHEMATHESIS, fuzz, prepared
from tests.attack.logged import bugs_in
from tests.attack.parts import Part, attacked
from tests.attack.slow_clients import KINDS, LARGE, SLOWHTTPTEST, attack
from tests.attack.walks import ENOUGH, FIRST_SEED, WALKS, server_settings, walk
from tests.databases import POSTGRES, Databases
from tests.invariants import broken_invariants
from tests.running import ROOT, command, running

UNLIMITED = {"SIGN_IN_FAILURES": "0"}
"""So that guesses are judged, and not only put off."""


def absent(*needed: tuple[Path, str]) -> list[str]:
    """What is not there, with where it comes from."""
    return [f"{file} is not there ({where})." for file, where in needed if not file.exists()]


def fuzzing_lacks() -> list[str]:
    return absent((SCHEMATHESIS, "make attack installs it"))


def postgres_lacks() -> list[str]:
    answers = Databases.postgres_answers()
    return fuzzing_lacks() + ([] if answers else [f"No PostgreSQL answers at {POSTGRES}."])


def slowness_lacks() -> list[str]:
    return absent(
        (SLOWHTTPTEST, "Debian: the package slowhttptest"), (ROOT / "web" / LARGE.lstrip("/"), "make graphiql")
    )


def audits_lack() -> list[str]:
    return [f"{tool} is not there (Node.js)." for tool in ("node", "npm") if shutil.which(tool) is None]


async def fuzzed(engine: str, url: str, folder: Path) -> int:
    """Both runs of schemathesis; the number of failures."""
    log, failures = folder / "fuzzed.log", 0
    await command("migrate", database_url=url)
    await command("demo", "--users", "300", database_url=url)
    invented = await broken_rules(url)
    async with running(url, log, MAIL_FOLDER=str(folder / "mails"), **UNLIMITED) as address:
        for who, token in (("an administrator", await prepared(address, folder)), ("nobody", None)):
            found = await fuzz(address, folder, token)
            failures += told(
                f"fuzzed on {engine} as {who}: {found.requests} requests in {found.seconds:.0f} s", found.failures
            )
    failures += told(f"the log of the server on {engine}", bugs_in(log))
    broken = sorted(await broken_rules(url) - invented)
    return failures + told(f"the rules between rows on {engine}", broken)


async def walked(engine: str, url: str, folder: Path) -> int:
    """Walks from one state to the next, on an empty database; the number of failures."""
    log = folder / "walked.log"
    await command("migrate", database_url=url)
    async with running(url, log, **server_settings()) as address:
        found = await walk(address, url, range(FIRST_SEED, FIRST_SEED + WALKS))
    failures = told(
        f"walked on {engine}: {WALKS} walks, {len(found.path)} steps in {found.seconds:.0f} s; {found.done.total()} of "
        f"{found.mutations} mutations were done; never answered: {', '.join(found.unheard) or 'no code'}",
        found.failures + (found.lacking if WALKS >= ENOUGH else []),
    )
    return failures + told(f"the log of the server on {engine}", bugs_in(log))


async def broken_rules(url: str) -> set[str]:
    """Invented people have versions without the events of their changes."""
    async with opened(url):
        return set(await broken_invariants(system_clock()))


async def slowed(url: str, folder: Path) -> int:
    """Every kind of slowness; the number of failures."""
    log, failures = folder / "slowed.log", 0
    await command("migrate", database_url=url)
    async with running(url, log) as address:
        for kind in KINDS:
            found = await attack(address, kind, folder)
            failures += told(
                f"{kind}: {found.most} connections, rid of them after {found.gone_after or 0:.1f} s; meanwhile "
                f"{len(found.neighbour)} requests of a neighbour, {found.refused} failed, "
                f"half within {1000 * median(found.neighbour):.0f} ms, all within {1000 * max(found.neighbour):.0f} ms",
                found.failures,
            )
    return failures + told("the log of the server", bugs_in(log))


def told(what: str, failures: list[str]) -> int:
    print(f"{'FAILED' if failures else 'ok'}  {what}", *failures, sep="\n        ", flush=True)
    return len(failures)


def tried(engine: str, empty: Callable[[], str], folder: Path) -> int:
    """Both kinds of fuzzing, each on an empty database; the number of failures."""
    place = folder / engine
    place.mkdir()
    return asyncio.run(fuzzed(engine, empty(), place)) + asyncio.run(walked(engine, empty(), place))


def on_postgres(folder: Path) -> int:
    databases = Databases(folder)
    try:
        return tried("PostgreSQL", lambda: asyncio.run(databases.fresh("postgres", folder)), folder)
    finally:
        databases.drop()


def on_sqlite(folder: Path) -> int:
    names = count()
    return tried("SQLite", lambda: f"sqlite://{folder}/{next(names)}.db", folder)


def slowly(folder: Path) -> int:
    return asyncio.run(slowed(f"sqlite://{folder}/slowed.db", folder))


def audited(folder: Path) -> int:
    """1 where `make audits` fails."""
    return int(subprocess.run(["make", "--no-print-directory", "audits"], cwd=ROOT, check=False).returncode != 0)


PARTS = [
    Part("audits", audits_lack, audited),
    Part("postgresql", postgres_lacks, on_postgres),
    Part("sqlite", fuzzing_lacks, on_sqlite),
    Part("slow", slowness_lacks, slowly),
]


def known(name: str) -> str:
    """The name of a part. `choices` would refuse to take none (argparse of Python 3.11)."""
    names = [part.name for part in PARTS]
    if name not in names:
        raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(names)}")
    return name


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", type=known, help="all where none is named")
    named = parser.parse_args().parts
    with tempfile.TemporaryDirectory() as folder:
        return attacked(PARTS, named, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
