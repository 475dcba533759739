"""Run as a program: migrates the database of its first argument by the package of its second, and prints the names."""

import asyncio
import sys

from models.migrate import migrate


async def main(url: str, package: str) -> None:
    names = await migrate(url, package=package, report=lambda line: None)
    sys.stdout.write(" ".join(names))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
