"""The 61 audits of GraphQL over HTTP against a real server: `python -m tests.audits.run`, which prints what failed."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.running import PATIENCE, command, running

AUDITS = 61
LEFT_OUT = {"5A70", "D6D5", "6A70"}
"""What a server MAY do and this one does not: operations by GET."""

FOLDER = Path(__file__).parent


async def audits(address: str) -> list[dict[str, Any]]:
    """What came of each audit: `id`, `name`, `status` (ok, notice, warn or error) and `reason`."""
    node = await asyncio.create_subprocess_exec(
        "node", FOLDER / "audit.js", f"{address}/graphql", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(node.communicate(), PATIENCE)
    assert node.returncode == 0, "node failed: were its packages installed?"
    results: list[dict[str, Any]] = json.loads(output)
    return results


async def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{folder}/rollcall.db"
        await command("migrate", database_url=url)
        async with running(url, Path(folder) / "log", INTROSPECTION="public") as address:
            results = await audits(address)
    not_passed = [result for result in results if result["status"] != "ok"]
    for result in not_passed:
        print(result["status"], result["id"], result["name"], "-", result["reason"])
    print(f"{len(results) - len(not_passed)} of {len(results)} audits passed; left out on purpose: {len(LEFT_OUT)}")
    return 0 if len(results) == AUDITS and {result["id"] for result in not_passed} == LEFT_OUT else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
