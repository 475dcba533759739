"""`make clients`: a server of its own with demo users, and what clients make of it and of the client guide."""

import asyncio
import os
import tempfile
from pathlib import Path

from services.demo.platforms import PASSWORD
from tests.running import command, running

HERE = Path(__file__).parent
EMAIL = "admin@demo.example.org"


async def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{folder}/rollcall.db"
        await command("migrate", database_url=url)
        await command("demo", "--users", "90", database_url=url)
        async with running(url, Path(folder) / "server.log", DEMO_EMAIL=EMAIL, MAIL_FOLDER=folder) as address:
            given = {"URL": f"{address}/graphql", "EMAIL": EMAIL, "PASSWORD": PASSWORD}
            variables = {f"ROLLCALL_CLIENTS_{name}": value for name, value in given.items()}
            npm = await asyncio.create_subprocess_exec("npm", "test", "-s", cwd=HERE, env=os.environ | variables)
            return await npm.wait()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
