import pytest

from services.mail.smtp_url import SmtpServer


@pytest.mark.parametrize(
    ("url", "server", "start_tls"),
    [
        ("smtp://mail.test:2525", SmtpServer("mail.test", 2525), None),
        ("smtp://mail.test", SmtpServer("mail.test", 25), None),
        ("smtp://[::1]:2525/", SmtpServer("::1", 2525), None),
        ("smtp://u:p%40ss%2F@mail.test", SmtpServer("mail.test", 587, "u", "p@ss/"), True),
        ("smtps://mail.test", SmtpServer("mail.test", 465, tls_from_start=True), False),
        ("smtps://u%40x:p@mail.test:2465", SmtpServer("mail.test", 2465, "u@x", "p", tls_from_start=True), False),
    ],
)
def test_a_url_says_where_and_how(url: str, server: SmtpServer, start_tls: bool | None) -> None:
    assert SmtpServer.at(url) == server
    assert SmtpServer.at(url).start_tls is start_tls


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.test:25",
        "http://mail.test",
        "smtp://",
        "smtp://mail.test:many",
        "smtp://mail.test/inbox",
        "smtp://mail.test?tls=no",
        "smtp://user:hunter2/x@mail.test",
        "smtp://user@mail.test",
        "smtp://[mail.test",
    ],
)
def test_another_url_is_refused_without_repeating_it(url: str) -> None:
    form = "^the mail server's URL must look like smtp://host:port or smtps://user:password@host:port$"

    with pytest.raises(ValueError, match=form) as refusal:
        SmtpServer.at(url)

    assert refusal.value.__context__ is None or refusal.value.__suppress_context__


def test_the_password_does_not_show_in_a_log() -> None:
    assert "hunter2" not in repr(SmtpServer.at("smtps://user:hunter2@mail.test"))
