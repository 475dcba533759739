"""After every fault the rules between rows are asked for, whatever else a test looks at."""

import ast

from tests.architecture.source import Module, modules

ASKING = {"check", "rules_hold"}
"""Of tests/faults/stage.py."""


def test_every_fault_test_ends_by_asking_whether_the_rules_between_rows_hold() -> None:
    tests = [
        (module, function)
        for module in modules("tests/faults")
        for function in module.functions()
        if function.name.startswith("test_")
    ]
    assert len(tests) > 30
    assert [f"{module.path} {test.name}" for module, test in tests if not _asks(test, module)] == []


def _asks(function: ast.FunctionDef | ast.AsyncFunctionDef, module: Module) -> bool:
    """In its last statement, itself or through another function of the module."""
    calls = [node.func for node in ast.walk(function.body[-1]) if isinstance(node, ast.Call)]
    called = {call.id for call in calls if isinstance(call, ast.Name)}
    return bool(called & ASKING) or any(_asks(other, module) for other in module.functions() if other.name in called)
