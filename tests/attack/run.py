"""`make attack`: schemathesis and slowhttptest against servers of its own; exits 1 where either finds fault."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from models.database import opened
from services.clock import system_clock
from tests.attack.fuzzing import SCHEMATHESIS, fuzz, prepared
from tests.attack.slow_clients import KINDS, LARGE, SLOWHTTPTEST, attack
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
    failures += told(f"the log of the server on {engine}", bugs(log))
    broken = sorted(await broken_rules(url) - invented)
    return failures + told(f"the rules between rows on {engine}", broken)


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
    return failures + told("the log of the server", bugs(log))


def told(what: str, failures: list[str]) -> int:
    print(f"{'FAILED' if failures else 'ok'}  {what}", *failures, sep="\n        ", flush=True)
    return len(failures)


def bugs(log: Path) -> list[str]:
    """The bugs that a server has written down."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return [str(line) for line in lines if str(line["event"]).endswith(".bug")]


def main() -> int:
    if lacking := missing():
        print("The attack cannot begin:", *lacking, sep="\n  ", file=sys.stderr)
        return 1
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder, databases = Path(name), Databases(Path(name))
        if Databases.postgres_answers():
            try:
                url = asyncio.run(databases.fresh("postgres", folder))
                failures += asyncio.run(fuzzed("PostgreSQL", url, folder))
            finally:
                databases.drop()
        else:
            print(f"No PostgreSQL answers at {POSTGRES}: fuzzed on SQLite only.", file=sys.stderr)
        failures += asyncio.run(fuzzed("SQLite", f"sqlite://{folder}/fuzzed.db", folder))
        failures += asyncio.run(slowed(f"sqlite://{folder}/slowed.db", folder))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
