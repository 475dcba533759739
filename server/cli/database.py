"""Connecting a command to the database, with a sentence for every way in which that fails."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import urlsplit

from tortoise.exceptions import IntegrityError

from models.database import opened
from models.migrate import MigrationError, pending
from models.migrating.connection import DATABASE_ERRORS, sqlite_file
from models.unavailable import DatabaseUnavailable
from server.cli.failures import Failure
from server.database import pool
from server.settings import Settings


@asynccontextmanager
async def connected(settings: Settings, *, bounded: bool = True) -> AsyncIterator[None]:
    """Opens a database whose tables are there and up to date. Raises Failure.

    `bounded`: waits no longer than the server does, for a statement or a lock.
    """
    url = settings.database_url.get_secret_value()
    with database_failures(url):
        await require_migrated(settings)
        async with opened(url, **(pool(settings) if bounded else {})):
            yield


async def require_migrated(settings: Settings) -> None:
    """Raises Failure where there is no database yet, or a migration has not been applied."""
    url = settings.database_url.get_secret_value()
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise Failure(f"There is no database at {file} yet. Run `rollcall migrate`.")
    if names := await pending(url, **pool(settings)):
        raise Failure(f"The database lacks {len(names)} migration(s), from {names[0]} on. Run `rollcall migrate`.")


@contextmanager
def database_failures(url: str) -> Iterator[None]:
    """Turns what the database's clients raise into Failure. IntegrityError passes: it is about data."""
    try:
        yield
    except IntegrityError:
        raise
    except DatabaseUnavailable as error:
        says = f"The database {place_of(url)} could not do this just now: {reason_of(error)}."
        raise Failure(f"{says} Run the command again.") from error
    except (MigrationError, *DATABASE_ERRORS) as error:
        reason = reason_of(error)
        raise Failure(f"The database {place_of(url)} cannot be used: {reason}. See ROLLCALL_DATABASE_URL.") from error


def reason_of(error: BaseException) -> str:
    """The first line of what the error says, or its name where it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def place_of(url: str) -> str:
    """The database, without name and password of who signs in."""
    file, parts = sqlite_file(url), urlsplit(url)
    return str(file) if file else f"{parts.hostname or 'localhost'}:{parts.port or 5432}{parts.path}"
