"""`make attack`: schemathesis, walks and slowhttptest against servers of its own; exits 1 where any finds fault."""

import asyncio
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
from tests.attack.slow_clients import KINDS, LARGE, SLOWHTTPTEST, attack
from tests.attack.walks import ENOUGH, FIRST_SEED, WALKS, server_settings, walk
from tests.databases import POSTGRES, Databases
from tests.invariants import broken_invariants
from tests.running import ROOT, command, running

UNLIMITED = {"SIGN_IN_FAILURES": "0"}
"""So that guesses are judged, and not only put off."""


def missing() -> list[str]:
    """What the attack needs and does not find, with where it comes from."""
    needed = {
        SLOWHTTPTEST: "Debian: the package slowhttptest",
        SCHEMATHESIS: "make attack installs it",
        ROOT / "web" / LARGE.lstrip("/"): "make graphiql",
    }
    return [f"{file} is not there ({where})." for file, where in needed.items() if not file.exists()]


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


def main() -> int:
    if lacking := missing():
        print("The attack cannot begin:", *lacking, sep="\n  ", file=sys.stderr)
        return 1
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder, databases = Path(name), Databases(Path(name))
        if Databases.postgres_answers():
            try:
                failures += tried("PostgreSQL", lambda: asyncio.run(databases.fresh("postgres", folder)), folder)
            finally:
                databases.drop()
        else:
            print(f"No PostgreSQL answers at {POSTGRES}: SQLite alone was tried.", file=sys.stderr)
        names = count()
        failures += tried("SQLite", lambda: f"sqlite://{folder}/{next(names)}.db", folder)
        failures += asyncio.run(slowed(f"sqlite://{folder}/slowed.db", folder))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
