"""What a server has written down that stands for a bug."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graphql import GraphQLError

from schema.execution.compiled.running import Odd
from services.paging import BadPage
from services.refusals import Refusal

ENDINGS = (".bug", ".failed", ".failed_late", ".cut_off")
"""Of the names of events that no client's request may bring about, nor a mail server that is away."""


def bugs(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Those of the log's lines that tell of one."""
    expected = {each.__name__ for root in (Odd, GraphQLError, Refusal, BadPage) for each in _descent(root)}
    return [str(line) for line in lines if _tells_of_bug(line, expected)]


def bugs_in(log: Path) -> list[str]:
    """The same of a server's log, and what was not written by its own means: tracebacks are."""
    lines = log.read_text().splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    return [*bugs(told), *[line for line in lines if line.startswith("Traceback")]]


def _tells_of_bug(line: Mapping[str, Any], expected: set[str]) -> bool:
    """A compiled query is odd where it is refused; where by any other exception, its plan has a bug."""
    if line["event"] == "graphql.odd":
        return line["error"] not in expected
    grave = line.get("level", line.get("log_level")) in ("error", "critical")
    return grave or line["event"].endswith(ENDINGS) or bool({"exception", "exc_info"} & line.keys())


def _descent(root: Any) -> Iterator[type]:
    yield root
    for each in root.__subclasses__():
        yield from _descent(each)
