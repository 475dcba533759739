import pytest

from services.mail.addresses import wire_address
from services.mail.outcomes import Refused


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("Ada.L+x@Example.ORG", "Ada.L+x@example.org"),
        ("o'neil/x=y@sub.example.org", "o'neil/x=y@sub.example.org"),
        ("ada@Bücher.example", "ada@xn--bcher-kva.example"),
        ("åda@bücher.example", "åda@xn--bcher-kva.example"),
    ],
)
def test_only_the_domain_is_rewritten(address: str, wire: str) -> None:
    assert wire_address(address) == wire


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "a@example.org,b@example.org",
        "a@example.org b@example.org",
        "a@example.org>\r\nRCPT TO:<b@example.org",
        "Ada <a@example.org>",
        '"a b"@example.org',
        "ada@exa mple.org",
        "ada@example..org",
        "ada@[127.0.0.1]",
        "ada@\u2028.example",
        f"{'a' * 65}@example.org",
    ],
)
def test_what_is_not_one_address_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="This is not one e-mail address"):
        wire_address(address)
