"""The schemas of the releases, `docs/releases/<version>.graphql`, and what breaks clients of the last one."""

import re
from pathlib import Path

from graphql import build_schema, find_breaking_changes

from tests.docs.documents import ROOT, section

ANNOUNCEMENT = re.compile(r"^- \*\*Breaking\*\*(.*?)(?=^- |^#|\Z)", re.MULTILINE | re.DOTALL)
DOTTED = re.compile(r"(?:@\w+|\w+\.\w+)(?:\(\w+:\))?")


def order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def released(root: Path = ROOT) -> list[str]:
    """The versions that have a schema, oldest first."""
    return sorted((path.stem for path in root.glob("docs/releases/*.graphql")), key=order)


def schema_of(version: str, root: Path = ROOT) -> Path:
    return root / "docs" / "releases" / f"{version}.graphql"


def unannounced(old: str, new: str, changelog: str) -> list[str]:
    """What breaks clients of `old` and is named by no line of Unreleased that begins with **Breaking**."""
    changes = find_breaking_changes(build_schema(old), build_schema(new))
    names = announced(changelog)
    return [change.description for change in changes if coordinate(change.description) not in names]


def announced(changelog: str) -> set[str]:
    """The coordinates in backticks: `User.email`, `User.avatarUrl(size:)`, `UserStatus.ACTIVE`, `@oneOf`."""
    lines = ANNOUNCEMENT.findall(section(changelog, "## Unreleased"))
    return {name for line in lines for name in re.findall(r"`([^`]+)`", line)}


def coordinate(description: str) -> str:
    """What a sentence of graphql-core's is about: the first dotted name, or else the type that it begins with."""
    dotted = DOTTED.search(description)
    return dotted[0] if dotted else description.partition(" ")[0]
