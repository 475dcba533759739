"""How the long runs judge mails that come twice."""

from email.message import EmailMessage

import pytest

from tests.faults.mails import MARKING_SECONDS, came_again
from tests.services.mail.smtp_server import Received

CRASHES = [(10.0, 12.0), (50.0, 51.0)]


def arrived(mail_id: str, at: float) -> Received:
    message = EmailMessage()
    message["Message-ID"] = f"<{mail_id}@rollcall.example>"
    return Received("", ["ada@example.org"], message, [], b"", at)


@pytest.mark.parametrize(
    ("first", "explained"), [(9.5, True), (12.0, True), (50.5, True), (8.9, False), (12.1, False), (30.0, False)]
)
def test_a_mail_comes_twice_for_a_crash_between_it_and_its_mark_and_for_nothing_else(
    first: float, explained: bool
) -> None:
    received = [arrived("a", first), arrived("b", first + 1), arrived("a", first + 61)]
    lost, for_nothing = came_again(received, CRASHES)
    assert MARKING_SECONDS == 1
    assert (lost, for_nothing) == (([received[2]], []) if explained else ([], [received[2]]))


def test_a_third_copy_needs_a_crash_of_its_own() -> None:
    received = [arrived("a", 11), arrived("a", 30), arrived("a", 40)]
    assert came_again(received, CRASHES) == ([received[1]], [received[2]])
