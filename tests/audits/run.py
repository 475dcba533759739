"""The 61 audits of GraphQL over HTTP against real servers: `python -m tests.audits.run`, which prints what failed.

Twice: as the server is set by default, when GET is for GraphiQL alone, and with queries by GET.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.running import PATIENCE, command, running

AUDITS = 61
BY_GET = {"5A70", "D6D5", "6A70"}
"""What a server MAY do, and this one does where ROLLCALL_GET_QUERIES is set."""

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
        as_expected = [
            await audited(url, Path(folder) / "log", left_out=BY_GET),
            await audited(url, Path(folder) / "log", left_out=set(), GET_QUERIES="true"),
        ]
    return 0 if all(as_expected) else 1


async def audited(url: str, log: Path, left_out: set[str], **settings: str) -> bool:
    """Whether all but these passed, and these did not."""
    async with running(url, log, INTROSPECTION="public", **settings) as address:
        results = await audits(address)
    not_passed = [result for result in results if result["status"] != "ok"]
    print(
        f"{len(results) - len(not_passed)} of {len(results)} audits passed; left out on purpose: {len(left_out)}",
        settings,
    )
    for result in not_passed:
        print("   ", result["status"], result["id"], result["name"], "-", result["reason"])
    return len(results) == AUDITS and {result["id"] for result in not_passed} == left_out


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
