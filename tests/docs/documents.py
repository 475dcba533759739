"""The project's documents, and the operations inside them."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

BLOCK = re.compile(r"^```(graphql|json|json answer)\n(.*?)^```\n(?:\n(Answers with [^\n]*))?", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([A-Z_]+)`( twice)?")


@dataclass
class Run:
    """One execution of a document, with what the guide says will come of it."""

    document: str
    variables: dict[str, Any]
    codes: list[str] = field(default_factory=list)
    answer: Any = None


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def section(text: str, heading: str) -> str:
    """From a heading to the next one of the same level."""
    level = heading.partition(" ")[0]
    _, _, rest = text.partition(f"\n{heading}\n")
    assert rest, f"there is no section {heading}"
    return re.split(rf"^{level} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def block(text: str, language: str) -> str:
    """The only piece of code in this language."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return str(found)


def first_cells(text: str) -> list[str]:
    """What stands in backticks at the beginning of the rows of tables."""
    return re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)


def runs(text: str) -> list[Run]:
    """Each operation once for every block of variables behind it, or once without any."""
    found: list[Run] = []
    document, used = "", True
    for kind, content, says in BLOCK.findall(text):
        if kind == "json answer":
            found[-1].answer = json.loads(content)
            continue
        if kind == "graphql":
            found += [] if used else [Run(document, {})]
            document, used = content, False
            continue
        codes = [code for code, twice in CODE.findall(says) for _ in range(2 if twice else 1)]
        found.append(Run(document, json.loads(content), codes))
        used = True
    return found if used else [*found, Run(document, {})]
