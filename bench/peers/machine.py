"""What the numbers were measured on, and with."""

import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.peers import load
from bench.peers.servers import HERE, NODE

PYTHON = ("strawberry-graphql", "graphql-core", "tortoise-orm", "asyncpg", "orjson", "starlette", "uvicorn", "uvloop")
NODE_PACKAGES = ("postgraphile", "graphql-yoga", "graphql-jit", "graphql", "pg")


def facts(*databases: str) -> dict[str, Any]:
    """`databases`: their names and versions."""
    return {
        "machine": f"{os.cpu_count()} x {_processor()}, {platform.system()} {platform.release()}",
        "versions": ", ".join(
            [
                f"Python {platform.python_version()}",
                *[f"{name} {version(name)}" for name in PYTHON],
                *_node(),
                *databases,
                load.version(),
            ]
        ),
        "commit": _commit(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _node() -> list[str]:
    """Nothing where nothing is installed."""
    if not NODE.exists():
        return []
    own = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    folder = HERE / "node_modules"
    packages = {name: json.loads((folder / name / "package.json").read_text())["version"] for name in NODE_PACKAGES}
    return [f"Node.js {own.removeprefix('v')}", *[f"{name} {number}" for name, number in packages.items()]]


def _commit() -> str:
    ran = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return ran.stdout.strip() or "unknown"
