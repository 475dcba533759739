"""Asking one question as often as a server can answer it: with wrk, or without it with a client of our own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.peers.cores import LOAD, pinned

SCRIPT = Path(__file__).parent / "load.lua"
WRK = shutil.which("wrk")


@dataclass(frozen=True)
class Load:
    """What came of it; `p50` in milliseconds."""

    requests: int
    seconds: float
    p50: float

    @property
    def throughput(self) -> float:
        return self.requests / self.seconds


def load(url: str, body: bytes, token: str, *, connections: int, seconds: int) -> Load:
    """Raises RuntimeError where a single request fails: a wrong answer has no speed."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        env = os.environ | {"BENCH_BODY": file.name, "BENCH_TOKEN": token}
        command = _wrk(url, connections, seconds) if WRK else _own(url, connections, seconds)
        ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False, preexec_fn=pinned(LOAD))
    line = next((line for line in ran.stdout.splitlines() if line.startswith("MEASURED")), None)
    if line is None:
        raise RuntimeError(ran.stdout + ran.stderr)
    requests, microseconds, p50, failed = map(int, line.split()[1:])
    if failed or not requests:
        raise RuntimeError(f"{failed} of {requests} requests to {url} failed")
    return Load(requests, microseconds / 1e6, p50 / 1000)


def version() -> str:
    if WRK is None:
        return "a client of our own (no wrk here)"
    return subprocess.run([WRK, "-v"], capture_output=True, text=True, check=False).stdout.split("[")[0].strip()


def _wrk(url: str, connections: int, seconds: int) -> list[str]:
    assert WRK is not None
    return [WRK, "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "30s", "-s", str(SCRIPT), url]


def _own(url: str, connections: int, seconds: int) -> list[str]:
    return [sys.executable, "-m", "bench.peers.client", json.dumps([url, connections, seconds])]
