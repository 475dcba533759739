"""`rollcall mail-sink`: a real SMTP conversation with it."""

import asyncio
import socket
from email.message import EmailMessage

import pytest
from aiosmtplib import send

from server.cli.mail_sink import in_short, listen
from tests.server.cli.conftest import Run

LINK = "https://app.example.org/accept-invitation?token=abc_def-123"


def mail(subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "no-reply@example.org", "x@example.org", subject
    message.set_content(text)
    message.add_alternative("<a href='https://wrong.example'>Set up</a>", subtype="html")
    return message


@pytest.mark.anyio
async def test_a_mail_is_taken_and_shown_in_short(capsys: pytest.CaptureFixture[str]) -> None:
    sink = asyncio.create_task(listen("127.0.0.1", 0))
    said = ""
    while "printed here" not in said:
        await asyncio.sleep(0)
        said += capsys.readouterr().out
    port = int(said.rpartition(":")[2].split()[0])
    message = mail("Grüße aus Köln", f"Follow {LINK}\n")
    await send(message, recipients=["ada@example.org"], hostname="127.0.0.1", port=port, start_tls=False)
    sink.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sink
    assert capsys.readouterr().out == (
        f"From     no-reply@example.org\nTo       ada@example.org\nSubject  Grüße aus Köln\nLink     {LINK}\n\n"
    )


def test_control_characters_do_not_reach_the_terminal() -> None:
    shown = in_short("a@example.org", ["b@example.org"], b"Subject: Hi\x1b[2J\r\n\r\nplain\r\n")
    assert shown == "From     a@example.org\nTo       b@example.org\nSubject  Hi [2J\n"


def test_a_port_in_use_is_a_sentence(run_without_settings: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run_without_settings("mail-sink", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "address already in use" in result.stderr
