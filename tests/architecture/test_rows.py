"""How rows are reached and written: users through `services/visibility.py` only, and no column by accident."""

import ast
import re

from tests.architecture.source import Module, modules

MAY_QUERY_USERS = ("services/visibility.py", "services/demo/")
"""The ways to users, and demo data, which are written in bulk."""
NO_QUERIES = {"named", "_meta"}
"""What may be asked of the class itself: making a row, and the names of its columns."""
USERS_IN_SQL = re.compile(r'\b(FROM|JOIN|INTO|UPDATE)\s+"?users"?\b', re.IGNORECASE)

MAY_WRITE_SQL = ("services/attempts.py",)
"""Counts a sign-in of a user already found, in one statement with RETURNING, which Tortoise does not write."""

SAVED_WHOLE = {
    ("services/invitations.py", "invite"): "the one row of the user, made or made anew: every column is new",
    ("services/roles.py", "_save"): "made, or read under a lock: every column that can change may have changed",
    ("services/demo/filling.py", "_setting"): "the platform was made in this transaction",
}


def test_users_are_reached_only_through_visibility() -> None:
    found = [
        f"{module.path}:{line} {name}"
        for module in modules()
        if not module.path.startswith(MAY_QUERY_USERS)
        for line, name in module.attributes()
        if re.fullmatch(r"(.*\.)?User\.\w+", name) and name.rpartition(".")[2] not in NO_QUERIES
    ]
    assert found == []


def test_the_table_of_users_has_no_other_name() -> None:
    found = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "models.user"
        for name in node.names
        if name.name == "User" and name.asname
    ]
    assert found == []


def test_no_sql_text_names_the_table_of_users() -> None:
    found = [
        f"{module.path}:{node.lineno}"
        for module in modules("services", "schema", "server")
        if module.path not in MAY_WRITE_SQL
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and USERS_IN_SQL.search(node.value)
    ]
    assert found == []


def test_rows_are_saved_column_by_column_except_where_they_are_new() -> None:
    found = {(module.path, name) for module in modules() for name in _whole_saves(module)}
    assert found - set(SAVED_WHOLE) == set()


def _whole_saves(module: Module) -> list[str]:
    """The functions with a `save` that names no columns, of a row that was not built in the same function."""
    found = []
    for function in module.functions():
        nodes = list(ast.walk(function))
        built = {
            target for node in nodes if isinstance(node, ast.Assign) and _builds(node.value) for target in _names(node)
        }
        for node in nodes:
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "save":
                continue
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            inserts = keywords.get("force_create") == "True" or ast.unparse(node.func.value) in built
            if "update_fields" not in keywords and not inserts:
                found.append(function.name)
    return found


def _builds(value: ast.expr) -> bool:
    """`User(…)` and `User.named(…)`: a class is called, or something of a class."""
    return isinstance(value, ast.Call) and ast.unparse(value.func)[0].isupper()


def _names(node: ast.Assign) -> list[str]:
    return [target.id for target in node.targets if isinstance(target, ast.Name)]
