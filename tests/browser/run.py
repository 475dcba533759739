"""`make browser`: a server of its own with demo users, and the browser tests against it."""

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from services.demo.platforms import PASSWORD
from tests.running import command, running

HERE = Path(__file__).parent
EMAIL = "admin@demo.example.org"


async def main() -> int:
    browser = os.environ.get("ROLLCALL_CHROMIUM", "/usr/bin/chromium")
    if not Path(browser).exists() or shutil.which("npm") is None:
        print(f"The browser tests need npm and Chromium at {browser} (Debian: the package chromium).", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{folder}/rollcall.db"
        await command("migrate", database_url=url)
        await command("demo", "--users", "60", database_url=url)
        settings = {"DEMO_EMAIL": EMAIL, "MAIL_FOLDER": folder}
        async with (
            running(url, Path(folder) / "open.log", **settings, INTROSPECTION="public") as address,
            running(url, Path(folder) / "closed.log", **settings) as closed,
        ):
            given = {
                "URL": f"{address}/graphql",
                "EMAIL": EMAIL,
                "PASSWORD": PASSWORD,
                "CLOSED_URL": f"{closed}/graphql",
            }
            process = await asyncio.create_subprocess_shell(
                "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm test -s",
                cwd=HERE,
                env=os.environ | {f"ROLLCALL_BROWSER_{name}": value for name, value in given.items()},
            )
            return await process.wait()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
