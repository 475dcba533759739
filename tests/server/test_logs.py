"""What the logs keep to themselves."""

import json

import pytest
import structlog

from schema.root import schema
from server.logs import set_up_logs

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("logs_as_before")]


@pytest.mark.parametrize("name", ["password", "newPassword", "access_token", "secret_key", "Authorization", "code"])
def test_what_sounds_like_a_secret_is_struck_out(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json")
    structlog.get_logger().info("happened", **{name: "hush", "user": "ada"})
    line = json.loads(capsys.readouterr().err)
    assert (line[name], line["user"]) == ("[struck out]", "ada")


def fail(password: str) -> None:
    raise ZeroDivisionError(len(password))


@pytest.mark.parametrize("format", ["json", "text"])
def test_a_traceback_shows_no_local_variables(format: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json" if format == "json" else "text")
    try:
        fail("hu" + "sh")
    except ZeroDivisionError as error:
        structlog.get_logger().error("graphql.bug", exc_info=error)
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert "hush" not in said


@pytest.mark.parametrize("document", ['{ nope(password: "hush") }', '{ viewer(password: "hush")', '"hush" {'])
async def test_documents_with_passwords_in_them_are_not_quoted(
    document: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("json")
    result = await schema.execute(document)
    assert result.errors
    said = capsys.readouterr()
    assert "hush" not in said.err + said.out


def test_a_line_stays_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("text")
    structlog.get_logger().info("happened", operation="a\nb\r\u2028c\x1b")
    assert len(capsys.readouterr().err.splitlines()) == 1
