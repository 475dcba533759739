"""The parts of an attack: which of them can run here, and what came of all."""

import traceback
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

FOUND_FAULT, LEFT_OUT = 1, 2


@dataclass(frozen=True)
class Part:
    """`lacks`: a sentence for each thing that it needs and does not find. `run`: the number of failures."""

    name: str
    lacks: Callable[[], list[str]]
    run: Callable[[Path], int]


def attacked(parts: Sequence[Part], named: Collection[str], folder: Path) -> int:
    """The exit code: 0 where all parts, or all that are named, have run and none has found fault."""
    meant = [part for part in parts if not named or part.name in named]
    left_out = {part.name: lacking for part in meant if (lacking := part.lacks())}
    failures = sum(failures_of(part, folder) for part in meant if part.name not in left_out)
    for name, lacking in left_out.items():
        print(f"LEFT OUT  {name}, which was not tried:", *lacking, sep="\n        ", flush=True)
    if failures:
        return FOUND_FAULT
    return LEFT_OUT if left_out else 0


def failures_of(part: Part, folder: Path) -> int:
    """As `run` counts them; a part that raises is one failure, and those after it are tried nonetheless."""
    try:
        return part.run(folder)
    except Exception:
        print(f"FAILED  {part.name}, which broke off:", traceback.format_exc(), sep="\n", flush=True)
        return 1
