"""Whether the time of a refused sign-in tells accounts apart: python -m bench.sign_in [samples]

The causes of a refusal are asked for in turn, in a new order each time, so that a busy moment of the machine meets all
alike; the medians must lie within five per cent of each other. On SQLite, and on PostgreSQL where
ROLLCALL_BENCH_POSTGRES names a server (as postgres://user@host:port). The same for `requestPasswordReset`, with fewer
samples: it waits. What a sign-in does besides the hash is shown for comparison; it decides nothing.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from uuid import uuid4

import asyncpg

from models.database import opened
from models.mail import Mail
from models.migrate import migrate
from models.platform import Platform
from models.role import Role
from models.user import User
from services.actor import Origin
from services.origin_limits import OriginLimit
from services.passwords import Hasher
from services.platforms import make_platform
from services.refusals import InvalidCredentials
from services.resets import request_password_reset
from services.signing_in import sign_in
from services.vault import Vault

POSTGRES = os.environ.get("ROLLCALL_BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432")
CAUSES = ("unknown", "wrong password", "locked", "disabled", "invited")
ALLOWED = 0.05
HERE = Origin(ip_address="192.0.2.1")
Try = Callable[[str], Awaitable[None]]


class NoHasher(Hasher):
    """Leaves the hash out, to show how small the rest is, and how much alike."""

    async def verify(self, stored: str | None, password: str) -> bool:
        return False


def address(cause: str) -> str:
    return f"{cause.replace(' ', '.')}@example.org"


async def people(hasher: Hasher) -> None:
    """One account for each cause; the platform never locks, so that samples do not change what they measure."""
    now = datetime.now(UTC)
    platform = await make_platform("Bench", now=now)
    await Platform.filter(id=platform.id).update(lockout_threshold=0)
    role, stored = await Role.get(platform_id=platform.id, name="Viewer"), await hasher.hash("correct horse battery")
    known = {"activated_at": now, "password_hash": stored, "password_changed_at": now}
    facts = {"wrong password": known, "locked": known | {"locked_at": now}, "disabled": known | {"disabled_at": now}}
    for cause in CAUSES[1:]:
        own = {"id": uuid4(), "platform_id": platform.id, "role_id": role.id, "timezone": "UTC"}
        more = {"created_at": now, "updated_at": now} | facts.get(cause, {})
        await User.named("Nomen", "Nescio", address(cause), **own, **more).save()


async def measured(samples: int, attempt: Try) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {cause: [] for cause in CAUSES}
    for sample in range(samples + 5):
        for cause in random.sample(CAUSES, len(CAUSES)):
            await Mail.all().delete()  # so that a link is written every time, not three times an hour
            begun = time.perf_counter()
            await attempt(address(cause))
            if sample >= 5:
                times[cause].append((time.perf_counter() - begun) * 1000)
    return times


def signing_in(hasher: Hasher) -> Try:
    limit = OriginLimit(failures=1_000_000)

    async def attempt(email: str) -> None:
        now = datetime.now(UTC)
        try:
            async with limit.counting(HERE, now):
                await sign_in(HERE, email, "not the password", now=now, hasher=hasher)
        except InvalidCredentials:
            return

    return attempt


def forgetting(vault: Vault) -> Try:
    async def attempt(email: str) -> None:
        await request_password_reset(HERE, email, now=datetime.now(UTC), vault=vault)

    return attempt


def report(title: str, times: dict[str, list[float]]) -> bool:
    medians = {cause: median(found) for cause, found in times.items()}
    spread = max(medians.values()) / min(medians.values()) - 1
    print(f"\n{title}, {len(times['unknown'])} samples each: medians within {spread:.1%} (allowed {ALLOWED:.0%})")
    for cause, found in times.items():
        low, _, high = quantiles(found, n=4)
        print(f"  {cause:<15} median {medians[cause]:7.2f} ms   middle half {low:.2f} to {high:.2f}")
    return spread <= ALLOWED


async def one_engine(name: str, url: str, samples: int) -> bool:
    await migrate(url, report=lambda line: None)
    hasher = Hasher()
    async with opened(url):
        await people(hasher)
        alike = report(f"signIn on {name}", await measured(samples, signing_in(hasher)))
        report(f"signIn on {name} without the hash", await measured(samples, signing_in(NoHasher())))
        reset = await measured(max(10, samples // 5), forgetting(Vault(["k" * 32])))
        alike &= report(f"requestPasswordReset on {name}", reset)
    hasher.close()
    return alike


@asynccontextmanager
async def scratch_postgres() -> AsyncIterator[str | None]:
    """The URL of a database of its own, dropped afterwards; None where no server answers."""
    name = f"rollcall_bench_{uuid4().hex[:12]}"
    try:
        server = await asyncpg.connect(f"{POSTGRES}/postgres", timeout=5)
    except (OSError, asyncpg.PostgresError):
        yield None
        return
    await server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{POSTGRES}/{name}"
    finally:
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await server.close()


async def main(samples: int = 200) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        alike = await one_engine("SQLite", f"sqlite://{Path(folder) / 'bench.db'}", samples)
    async with scratch_postgres() as url:
        if url is None:
            print("\nNo PostgreSQL answers: that half was not measured.")
            return alike
        return await one_engine("PostgreSQL", url, samples) and alike


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main(*map(int, sys.argv[1:2]))) else 1)
