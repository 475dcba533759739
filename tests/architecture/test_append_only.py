"""The audit trail is only ever added to: one module writes it, and one function there changes what is written."""

import ast
import re

from tests.architecture.source import Module, modules

WRITER = "services/audit.py"
IN_BULK = "services/demo/"
READS = {"filter", "_meta"}
CHANGES = re.compile(r"\.(update|delete|bulk_update|update_or_create|get_or_create|save|raw)\(")
IN_SQL = re.compile(r"\b(INTO|UPDATE|FROM)\s+\"?audit_events\b", re.IGNORECASE)


def test_events_are_made_in_one_module() -> None:
    found = [
        f"{module.path}:{node.lineno} {ast.unparse(node)[:60]}"
        for module in modules()
        if module.path != WRITER and not module.path.startswith(IN_BULK)
        for node in ast.walk(module.tree)
        if _makes_events(node)
    ]
    assert found == []


def test_events_are_changed_where_a_person_is_forgotten_and_nowhere_else() -> None:
    found = [place for module in modules() if not module.path.startswith(IN_BULK) for place in _changes(module)]
    assert found
    assert set(found) == {f"{WRITER} forget"}


def test_no_sql_text_writes_events() -> None:
    found = [
        f"{module.path}:{node.lineno}"
        for module in modules("services", "schema", "server")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and IN_SQL.search(node.value)
    ]
    assert found == []


def _makes_events(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func)
    made = name.endswith("AuditEvent")
    return made or (re.search(r"(^|\.)AuditEvent\.(\w+)$", name) is not None and name.rpartition(".")[2] not in READS)


def _changes(module: Module) -> list[str]:
    """The functions in which a statement names the table's class and changes rows that are there."""
    found = []
    for function in module.functions():
        for node in ast.walk(function):
            text = ast.unparse(node) if isinstance(node, ast.Await) else ""
            if "AuditEvent." in text and CHANGES.search(text):
                found.append(f"{module.path} {function.name}")
    return found
