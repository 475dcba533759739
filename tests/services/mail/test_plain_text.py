import pytest

from services.mail.plain_text import as_error, one_line, shown_address, unlinked


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("http://evil.example", "http: //evil. example"),
        ("www.evil.example/login", "www. evil. example/login"),
        ("evil。example", "evil。 example"),
        ("evil．example", "evil． example"),
        ("evil․example", "evil․ example"),
        ("evil.\u200bexample", "evil. \u200bexample"),
        ("a@evil.example", "a@ evil. example"),
        (r"\\host\share", r"\ \ host\ share"),
        ("tel:+1555", "tel: +1555"),
        ("J.R. Smith", "J. R. Smith"),
        ("Anne-Marie O'Neil Jr.", "Anne-Marie O'Neil Jr."),
        ("علی‌رضا Müller", "علی‌رضا Müller"),
    ],
)
def test_a_name_is_taken_apart_where_a_client_would_see_a_link(name: str, shown: str) -> None:
    assert unlinked(name) == shown


def test_line_breaks_controls_surrogates_and_direction_marks_vanish() -> None:
    text = "Ada\r\nBcc: x\u2028y\x00z\ud800 \u202eevol\u202c \u2066in\u2069"

    assert one_line(text) == "Ada Bcc: x y z evol in"


def test_an_address_that_could_hold_a_link_is_taken_apart() -> None:
    assert shown_address("ada.l+x@example.org") == "ada.l+x@example.org"
    assert shown_address("müller@exämple.org") == "müller@exämple.org"
    assert shown_address("evil.example/login@x.org") == "evil. example/login@ x. org"


def test_an_error_is_one_printable_line_of_500_characters_without_the_token() -> None:
    reply = "550 spam:\n <https://a/x?token=abc-DEF> abc-DEF \udcff\x00 ?token=3Dabc-" + "x" * 600

    error = as_error(reply, "abc-DEF")

    assert error.startswith("550 spam: <https://a/x?token=[…] […] ?token=[…]")
    assert "abc" not in error
    assert len(as_error("é" * 600)) == 500
