"""No test depends on how fast the machine is: only a few files read a stopwatch, and no wait has a bound of its own."""

import ast

from tests.architecture.source import Module, modules

STOPWATCHES = {"time.perf_counter", "time.monotonic", "time.thread_time", "time.process_time"}
MAY_MEASURE = {
    "tests/faults/endurance.py",
    "tests/faults/servers.py",
    "tests/faults/test_database_gone.py",
    "tests/reference_work.py",
    "tests/schema/account/test_sign_in_tells_nothing.py",
    "tests/schema/execution/test_source.py",
    "tests/server/test_graphql_http_pool.py",
    "tests/services/mail/smtp_server.py",
    "tests/services/test_passwords.py",
}
"""Those whose times are ratios, are long enough at least, order what happens, or have bounds many times as long."""

BOUNDED = {"asyncio.timeout", "asyncio.wait_for"}
OUTSIDE = "tests/attack/"
"""Commands that are no part of the suite."""


def of_the_suite() -> list[Module]:
    return [module for module in modules("tests") if not module.path.startswith(OUTSIDE)]


def test_few_files_read_a_stopwatch() -> None:
    found = {
        module.path
        for module in of_the_suite()
        for _, name in module.attributes()
        if name in STOPWATCHES or name.endswith("get_running_loop().time")
    }
    assert found == MAY_MEASURE


def test_waits_are_bounded_by_patience_and_not_by_a_number() -> None:
    found = [
        f"{module.path}:{node.lineno}"
        for module in of_the_suite()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in BOUNDED
        if any(isinstance(bound, ast.Constant) for bound in [*node.args, *[word.value for word in node.keywords]])
    ]
    assert found == []
