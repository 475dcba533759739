"""The database, and what lies in it: migrations, sealed secrets, the outbox."""

from models.database import opened
from models.migrate import MigrationError, pending
from models.migrating.connection import DATABASE_ERRORS, sqlite_file
from server.cli.checks.finding import Finding
from server.cli.checks.outbox import check_outbox
from server.cli.database import place_of, reason_of
from server.database import pool
from server.settings import Settings
from services.clock import shared_time
from services.key_rebuilding import check_keys
from services.key_rotation import unopenable
from services.vault import Vault


async def check_database(settings: Settings) -> list[Finding]:
    """What follows a failed check is left out: it would only fail for the same reason."""
    url = settings.database_url.get_secret_value()
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return [Finding("database", f"there is none at {file} yet: run `rollcall migrate`", fine=False)]
    try:
        missing = await pending(url, **pool(settings))
        findings = [Finding("database", f"{place_of(url)} answers"), _migrations(missing)]
        if not missing:
            async with opened(url, **pool(settings)):
                findings += [
                    await _check_secret_key(settings),
                    *await _check_stored_keys(),
                    await check_outbox(await shared_time()),
                ]
    except (MigrationError, *DATABASE_ERRORS) as error:
        says = f"{place_of(url)} cannot be used ({reason_of(error)}): see to it, or correct ROLLCALL_DATABASE_URL"
        return [Finding("database", says, fine=False)]
    return findings


def _migrations(missing: list[str]) -> Finding:
    if missing:
        return Finding("migrations", f"{', '.join(missing)} not applied: run `rollcall migrate`", fine=False)
    return Finding("migrations", "all are applied")


async def _check_secret_key(settings: Settings) -> Finding:
    looked_at, shut = await unopenable(Vault(settings.keys))
    if shut:
        says = f"{shut} of {looked_at} sealed secrets do not open: add the key that sealed them to ROLLCALL_SECRET_KEY"
        return Finding("secret key", says, fine=False)
    return Finding(
        "secret key", f"opens what is sealed ({looked_at} looked at)" if looked_at else "nothing is sealed yet"
    )


async def _check_stored_keys() -> list[Finding]:
    """Looks at every user and role. Collisions are no fault of the server: an administrator may rename a role."""
    report = await check_keys()
    collisions = [Finding("search keys", collision) for collision in report.collisions]
    if report.stale:
        says = f"{report.stale} of {report.looked_at} users and roles have old ones: run `rollcall rebuild-keys`"
        return [Finding("search keys", says, fine=False), *collisions]
    return collisions or [Finding("search keys", f"all are current ({report.looked_at} looked at)")]
