"""`make release VERSION=0.2.0`: names the version where it is written, and keeps its schema for the next one."""

import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from tests.contract.releases import order, released, schema_of, unannounced
from tests.docs.documents import ROOT, section


class NotReady(Exception):
    """Why there can be no release now."""


def release(version: str, today: date, root: Path = ROOT) -> None:
    """Writes CHANGELOG.md, pyproject.toml and the schema's copy. Raises NotReady before anything is written."""
    changelog, project = root / "CHANGELOG.md", root / "pyproject.toml"
    text, schema = changelog.read_text(), (root / "schema.graphql").read_text()
    _check(version, text, schema, root)
    heading = f"## Unreleased\n\n## {version} ({today})\n"
    changelog.write_text(text.replace("## Unreleased\n", heading, 1))
    project.write_text(re.sub(r'^version = ".*"$', f'version = "{version}"', project.read_text(), count=1, flags=re.M))
    schema_of(version, root).parent.mkdir(exist_ok=True)
    schema_of(version, root).write_text(schema)


def _check(version: str, changelog: str, schema: str, root: Path) -> None:
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise NotReady("Say which version, in three numbers: make release VERSION=0.2.0")
    if not section(changelog, "## Unreleased").strip():
        raise NotReady("CHANGELOG.md has nothing under Unreleased.")
    versions = released(root)
    if not versions:
        return
    if order(version) <= order(versions[-1]):
        raise NotReady(f"{versions[-1]} is released already: the next version must be higher.")
    if missing := unannounced(schema_of(versions[-1], root).read_text(), schema, changelog):
        raise NotReady("\n".join(["CHANGELOG.md does not announce what breaks clients:", *missing]))


if __name__ == "__main__":
    try:
        release(sys.argv[1], datetime.now(UTC).date())
    except NotReady as reason:
        sys.exit(str(reason))
