"""Which processes run on which core, and how much time they have used."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CORES = sorted(os.sched_getaffinity(0))
SERVER, LOAD = CORES[0], CORES[-1]
TICKS = os.sysconf("SC_CLK_TCK")

QUIET = 0.2
"""Cores that others may keep busy; results beside more are called preliminary."""


def pinned(core: int) -> Callable[[], None]:
    """For `preexec_fn`: the child runs on this core alone."""
    return lambda: os.sched_setaffinity(0, {core})


def pin(processes: list[int], core: int) -> bool:
    """Whether it was allowed; processes of another user can be moved by root alone."""
    for process in processes:
        try:
            os.sched_setaffinity(process, {core})
        except ProcessLookupError:
            continue
        except PermissionError:
            return False
    return True


@contextmanager
def keeping_to(core: int) -> Iterator[None]:
    """This process runs on that core alone meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def others(patience: float = 60) -> float:
    """Cores that are busy while nothing of ours runs. Waits so many seconds for whoever keeps them busy to end."""
    until = time.monotonic() + patience
    while (busy := _busy_cores()) > QUIET and time.monotonic() < until:
        pass
    return busy


def _busy_cores(seconds: float = 2) -> float:
    before = _idle_ticks()
    time.sleep(seconds)
    return len(CORES) - (_idle_ticks() - before) / TICKS / seconds


def _idle_ticks() -> int:
    """Of all cores, waiting for the disk included (proc(5), /proc/stat)."""
    return sum(map(int, Path("/proc/stat").read_text().splitlines()[0].split()[4:6]))


def cpu_seconds(process: int) -> float:
    """Used so far by the process and all that descend from it."""
    parents = {int(path.parent.name): _stat(path) for path in Path("/proc").glob("[0-9]*/stat")}
    family, ticks = {process}, 0
    for child in sorted(parents):
        if _parent(parents[child]) in family:
            family.add(child)
    for member in family:
        fields = parents.get(member) or []
        ticks += sum(map(int, fields[11:13]))
    return ticks / TICKS


def own_cpu_seconds(processes: list[int]) -> dict[int, float]:
    """Of each of these alone."""
    return {process: sum(map(int, _stat(Path(f"/proc/{process}/stat"))[11:13])) / TICKS for process in processes}


def used_since(before: dict[int, float], now: dict[int, float]) -> float:
    """By processes that are still there; new ones count from their beginning."""
    return sum(seconds - before.get(process, 0.0) for process, seconds in now.items())


def resident(process: int) -> float:
    """Megabytes of memory that the process holds."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _stat(path: Path) -> list[str]:
    """The fields behind the command's name, which may hold blanks; empty where the process is gone."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _parent(fields: list[str]) -> int:
    return int(fields[1]) if fields else -1
