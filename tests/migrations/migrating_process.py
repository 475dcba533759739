"""Run as a program: migrates the database of its first argument by the package of its second, and prints the names.

With `KILL_AFTER` in the environment it kills itself (-9) once so many statements have been answered.
"""

import asyncio
import os
import signal
import sys

from models.migrate import migrate
from tests.statements import statements


async def main(url: str, package: str) -> None:
    with statements(die_after):
        names = await migrate(url, package=package, report=lambda line: None)
    sys.stdout.write(" ".join(names))


def die_after(number: int) -> None:
    if str(number) == os.environ.get("KILL_AFTER"):
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
