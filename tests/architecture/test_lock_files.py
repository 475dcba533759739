"""Lock files pin by version and hash, and name nobody's server."""

import json
import re
import tomllib

import pytest

from tests.architecture.source import ROOT

NPM = sorted(
    path.relative_to(ROOT).as_posix()
    for room in ("web", "tests", "bench")
    for path in (ROOT / room).rglob("package-lock.json")
    if "node_modules" not in path.parts
)


@pytest.mark.parametrize("name", NPM)
def test_a_lock_file_of_npm_has_versions_and_hashes_and_no_addresses(name: str) -> None:
    packages = json.loads((ROOT / name).read_text())["packages"]
    installed = {path: package for path, package in packages.items() if path}
    assert installed
    assert [path for path, package in installed.items() if not {"version", "integrity"} <= package.keys()] == []
    assert [path for path, package in installed.items() if {"resolved", "funding"} & package.keys()] == []
    assert "://" not in (ROOT / name).read_text()


def test_the_lock_files_of_npm_are_found() -> None:
    assert {"web/graphiql/package-lock.json", "tests/clients/package-lock.json"} <= set(NPM)


def test_pythons_lock_files_have_hashes_and_no_addresses() -> None:
    found = [*ROOT.glob("requirements*.lock"), *(ROOT / "tests").glob("*/requirements.lock")]
    assert len(found) == 3
    for path in found:
        text = path.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_the_image_has_what_is_tested_and_nothing_of_what_tests_it() -> None:
    tested, shipped = pins("requirements.lock"), pins("requirements-server.lock")
    assert {name: pin for name, pin in shipped.items() if tested.get(name) != pin} == {}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {named(line) for line in project["dependencies"]} <= set(shipped)
    for_development = {named(line) for line in project["optional-dependencies"]["dev"]}
    assert for_development & set(shipped) == {"anyio"}


def pins(name: str) -> dict[str, str]:
    """The version of each package, with its hashes."""
    blocks = re.split(r"^(?=\w)", (ROOT / name).read_text(), flags=re.MULTILINE)
    return {named(block): re.sub(r"\s*#.*", "", block) for block in blocks if block}


def named(requirement: str) -> str:
    return re.split(r"[^\w-]", requirement, maxsplit=1)[0]
