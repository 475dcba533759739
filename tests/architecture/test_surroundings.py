"""Where the code may ask for the time and the environment, and where it may catch: each in one place."""

import ast

import schema
from tests.architecture.source import ROOT, modules

CLOCK = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
}
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv"}
MAY_CATCH = ("schema/payloads.py", "schema/ids.py", "schema/scalars.py", "schema/execution/")
"""The mechanism that answers refusals; decoders of what clients send; the running of documents."""


def _found(names: set[str], allowed: str) -> list[str]:
    return [
        f"{module.path}:{line} {name}"
        for module in modules()
        if module.path != allowed
        for line, name in module.attributes()
        if name in names or name.partition(".")[2] in names
    ]


def test_only_the_clock_reads_the_time() -> None:
    assert _found(CLOCK, "services/clock.py") == []


def test_only_the_settings_read_the_environment() -> None:
    assert _found(ENVIRONMENT, "server/settings.py") == []


def test_neither_is_imported_under_a_bare_name() -> None:
    hidden = {"time": {"time", "time_ns", "localtime"}, "os": {"environ", "getenv", "putenv"}}
    found = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        and {name.name for name in node.names} & hidden.get(node.module or "", set())
    ]
    assert found == []


def test_no_resolver_catches() -> None:
    found = [
        f"{module.path}:{node.lineno}"
        for module in modules("schema")
        if not module.path.startswith(MAY_CATCH)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Try | ast.TryStar)
    ]
    assert found == []


def test_the_schema_that_is_imported_is_ours() -> None:
    """A package of the registry has the same name."""
    assert schema.__file__ == str(ROOT / "schema" / "__init__.py")
