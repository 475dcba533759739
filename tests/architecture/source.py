"""The source code as syntax trees, for rules that hold over all of it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("models", "services", "schema", "server")
GENERATED = ("models/migrations/",)


@dataclass(frozen=True)
class Module:
    """One file; `path` from the project's root."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parsed(self)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Functions and methods, also those inside of others."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def attributes(self) -> Iterator[tuple[int, str]]:
        """Every dotted name with its line: `datetime.now`, `models.user.User.filter`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute):
                yield node.lineno, ast.unparse(node)


@cache
def _parsed(module: Module) -> ast.Module:
    return ast.parse(module.text, module.path)


@cache
def modules(*rooms: str) -> tuple[Module, ...]:
    """All Python files of these folders that people wrote; of the whole house without arguments."""
    found = []
    for room in rooms or ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            if not path.startswith(GENERATED) and "/node_modules/" not in path:
                found.append(Module(path, file.read_text()))
    return tuple(found)
