"""`rollcall serve`, where it cannot."""

import socket

from tests.server.cli.conftest import Run


def test_a_port_in_use_is_a_sentence(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run("serve", "--port", str(port))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Cannot listen on 127.0.0.1, port {port}: Address already in use. Choose others with --host and --port.\n"
    )


def test_an_address_of_another_machine_is_a_sentence(run: Run) -> None:
    result = run("serve", "--host", "192.0.2.1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Cannot listen on 192.0.2.1, port 8000: ")


def test_a_database_that_is_not_there_is_said_first(run_without_settings: Run, tmp_path: object) -> None:
    settings = {"database_url": f"sqlite://{tmp_path}/none.db", "secret_key": "a-key-of-at-least-thirty-two-characters"}
    result = run_without_settings("serve", **settings)
    assert result.exit_code == 1
    assert result.stderr == f"There is no database at {tmp_path}/none.db yet. Run `rollcall migrate`.\n"
