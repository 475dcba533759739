"""Lock files pin by version and hash, and name nobody's server."""

import json

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
    for path in (ROOT / "requirements.lock", *(ROOT / "tests").glob("*/requirements.lock")):
        text = path.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
