"""A line of the log is one event, whatever a client calls itself (ASVS 5.0, 16.4.1)."""

import json
import logging
from datetime import datetime, timedelta

import pytest
import structlog

from server.logs import IN_EVERY_LINE, line_writer, set_up_logs

pytestmark = pytest.mark.usefixtures("logs_as_before")


def test_a_clients_words_do_not_begin_a_line_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("text")
    structlog.get_logger().info("request", operation="Page\r\n2026-11-22 [info] forged\u2028\x1b[31m")
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 1
    assert r"operation='Page\r\n2026-11-22 [info] forged\u2028\x1b[31m'" in written


def test_as_json_they_are_the_same_text(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json")
    structlog.get_logger().info("request", operation="a\nb", path="/graphql")
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 1
    assert json.loads(written)["operation"] == "a\nb"


def test_the_line_of_a_request_has_the_shape_of_every_other(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json")
    before = IN_EVERY_LINE.set({"request_id": "r1"})
    try:
        line_writer()("request", path="/graphql", status=200)
        structlog.get_logger().info("request", path="/graphql", status=200)
    finally:
        IN_EVERY_LINE.reset(before)
    one, other = map(json.loads, capsys.readouterr().err.splitlines())
    stamps = [datetime.fromisoformat(line.pop("timestamp")) for line in (one, other)]
    assert one == other == {"event": "request", "level": "info", "path": "/graphql", "status": 200, "request_id": "r1"}
    assert [stamp.utcoffset() for stamp in stamps] == [timedelta()] * 2
    assert timedelta() <= stamps[1] - stamps[0] < timedelta(seconds=5)


def test_what_a_library_logs_has_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json")
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    (trace,) = json.loads(capsys.readouterr().err)["exception"]
    assert (trace["exc_type"], trace["exc_value"]) == ("ValueError", "broken")
    assert trace["frames"][-1]["name"] == "test_what_a_library_logs_has_its_trace"
