"""Where a request comes from: proxies are believed only where the settings trust them."""

from ipaddress import ip_network

import pytest
from starlette.requests import Request

from server.origins import Origins

PROXIES = Origins([ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")])


def origin(origins: Origins, peer: str | None, *forwarded: str) -> str | None:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope = {"type": "http", "headers": headers, "client": (peer, 1) if peer else None, "state": {"request_id": "r"}}
    return origins.of(Request(scope)).ip_address


@pytest.mark.parametrize("forwarded", ["198.51.100.7", "10.0.0.1", "198.51.100.7, 10.0.0.1", "garbage"])
def test_a_stranger_is_not_believed(forwarded: str) -> None:
    assert origin(PROXIES, "192.0.2.1", forwarded) == "192.0.2.1"
    assert origin(Origins([]), "10.0.0.1", forwarded) == "10.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (["198.51.100.7"], "198.51.100.7"),
        (["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
        (["1.1.1.1", "198.51.100.7, 10.9.9.9"], "198.51.100.7"),
        (["198.51.100.7 ,10.9.9.9"], "198.51.100.7"),
        (["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
        (["garbage, 198.51.100.7"], "198.51.100.7"),
        (["garbage"], "10.0.0.1"),
        (["198.51.100.7:4711"], "10.0.0.1"),
        ([""], "10.0.0.1"),
        ([], "10.0.0.1"),
    ],
)
def test_of_trusted_proxies_the_last_word_that_none_of_them_wrote_counts(forwarded: list[str], client: str) -> None:
    assert origin(PROXIES, "10.0.0.1", *forwarded) == client


@pytest.mark.parametrize(
    ("peer", "spelled"),
    [
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        (f"fe80::1%{'x' * 100}", "fe80::1"),
        ("testclient", None),
        (None, None),
    ],
)
def test_each_address_has_one_spelling(peer: str | None, spelled: str | None) -> None:
    assert origin(PROXIES, peer) == spelled
