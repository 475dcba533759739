"""Where a request comes from: proxies are believed only where the settings trust them."""

from ipaddress import ip_network

import pytest
from starlette.requests import Request
from structlog.testing import capture_logs

from server.forwarded import ClientIPHeader
from server.origins import Origins

NETWORKS = [ip_network("10.0.0.0/8"), ip_network("2001:db8:a::/48")]
X_FORWARDED_FOR = Origins(NETWORKS)
FORWARDED = Origins(NETWORKS, "Forwarded")
CLIENT, PROXY = "198.51.100.7", "10.0.0.1"


def origin(
    origins: Origins, peer: str | None, *lines: str, header: str = "X-Forwarded-For", **others: str
) -> str | None:
    headers = [(header.lower().encode(), line.encode()) for line in lines]
    headers += [(name.replace("_", "-").encode(), value.encode()) for name, value in others.items()]
    scope = {"type": "http", "headers": headers, "client": (peer, 1) if peer else None, "state": {"request_id": "r"}}
    return origins.of(Request(scope)).ip_address


@pytest.mark.parametrize("forwarded", [CLIENT, "10.0.0.1", f"{CLIENT}, 10.0.0.1", "garbage"])
def test_a_stranger_is_not_believed(forwarded: str) -> None:
    assert origin(X_FORWARDED_FOR, "192.0.2.1", forwarded) == "192.0.2.1"
    assert origin(FORWARDED, "192.0.2.1", f"for={CLIENT}", header="Forwarded") == "192.0.2.1"
    assert origin(Origins([]), "10.0.0.1", forwarded) == "10.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ([CLIENT], CLIENT),
        ([f"1.1.1.1, {CLIENT}"], CLIENT),
        (["1.1.1.1", f"{CLIENT}, 10.9.9.9"], CLIENT),
        ([f"1.1.1.1, {CLIENT}:80", "10.9.9.9:4711", "[2001:db8:a::9]:443"], CLIENT),
        ([f"{CLIENT} ,10.9.9.9"], CLIENT),
        (["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
        ([f"garbage, {CLIENT}"], CLIENT),
        ([f'"1.1.1.1, {CLIENT}'], CLIENT),
        ([f"{CLIENT}, ,, "], CLIENT),
        ([CLIENT, ""], CLIENT),
        (["garbage"], PROXY),
        (["1.1.1.1, garbage"], PROXY),
        (["1.1.1.1, garbage, 10.9.9.9"], "10.9.9.9"),
        (["1.1.1.1, unknown"], PROXY),
        ([""], PROXY),
        ([" , ,"], PROXY),
        ([], PROXY),
    ],
)
def test_of_trusted_proxies_the_last_word_that_none_of_them_wrote_counts(forwarded: list[str], client: str) -> None:
    assert origin(X_FORWARDED_FOR, PROXY, *forwarded) == client


@pytest.mark.parametrize(
    ("element", "client"),
    [
        ("198.51.100.7:51234", CLIENT),
        (" 198.51.100.7\t", CLIENT),
        ('"198.51.100.7"', CLIENT),
        ('"198.51.100.7:51234"', CLIENT),
        ('" 198.51.100.7 "', CLIENT),
        ("2001:DB8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("2001:db8::1:443", "2001:db8::1:443"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:443", "fe80::1"),
        ("::ffff:198.51.100.7", CLIENT),
        ("[::ffff:198.51.100.7]:443", CLIENT),
        ("::ffff:c633:6407", CLIENT),
        ("198.51.100.7:", PROXY),
        ("198.51.100.7:http", PROXY),
        ("198.51.100.7:123456", PROXY),
        ("198.51.100.007", PROXY),
        ("198.51.100", PROXY),
        ("[198.51.100.7", PROXY),
        ("[2001:db8::1]443", PROXY),
        ("[]", PROXY),
        ('"', PROXY),
        ("unix:", PROXY),
        ("for=198.51.100.7", PROXY),
        ("198.51.100.7 203.0.113.9", PROXY),
    ],
)
def test_every_spelling_of_an_address_is_read(element: str, client: str) -> None:
    assert origin(X_FORWARDED_FOR, PROXY, f"1.1.1.1, {element}") == client


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (["for=198.51.100.7"], CLIENT),
        (["FOR=198.51.100.7;Proto=https;by=203.0.113.43"], CLIENT),
        (["by=203.0.113.43; proto=https ; for=198.51.100.7 "], CLIENT),
        (['for="198.51.100.7:51234"'], CLIENT),
        (["for=198.51.100.7:51234"], CLIENT),
        ([r'for="\1\98.51.100.7"'], CLIENT),
        (['for="198.51.100.7:_port"'], CLIENT),
        (['for="[2001:db8::1]:4711";proto=https;by="_proxy"'], "2001:db8::1"),
        (['For="[2001:DB8::1]"'], "2001:db8::1"),
        (["for=1.1.1.1, for=198.51.100.7"], CLIENT),
        (["for=1.1.1.1", 'for=198.51.100.7,for="10.9.9.9:80"', 'for="[2001:db8:a::9]"'], CLIENT),
        (['for=1.1.1.1;host="a,b\\"c,for=2.2.2.2", for=198.51.100.7;host="x,y"'], CLIENT),
        (['for="1.1.1.1, for=198.51.100.7'], CLIENT),
        (['for=1.1.1.1;host="\\, for="198.51.100.7:80"'], CLIENT),
        (['for=198.51.100.7;host="\\\\"'], CLIENT),
        (['for=1.1.1.1, for=198.51.100.7;host="a\\",b"'], CLIENT),
        ([";for=198.51.100.7;;"], CLIENT),
        (["for=198.51.100.7, ,"], CLIENT),
        (["for=1.1.1.1, for=unknown"], PROXY),
        (["for=1.1.1.1, for=_hidden"], PROXY),
        (["for=1.1.1.1, for=unknown, for=10.9.9.9"], "10.9.9.9"),
        (['for=1.1.1.1, for="_gazonk:4711"'], PROXY),
        (["for=1.1.1.1, proto=https"], PROXY),
        (["for=1.1.1.1, for=198.51.100.7;for=203.0.113.9"], PROXY),
        (["for=1.1.1.1, 198.51.100.7"], PROXY),
        (["for=1.1.1.1, for=198.51.100.7 proto=https"], PROXY),
        (['for=1.1.1.1, for="198.51.100.7"x'], PROXY),
        (["for=1.1.1.1, for="], PROXY),
        (["for=1.1.1.1, for = 198.51.100.7"], PROXY),
        ([""], PROXY),
        ([], PROXY),
    ],
)
def test_forwarded_is_read_as_rfc_7239_writes_it(forwarded: list[str], client: str) -> None:
    assert origin(FORWARDED, PROXY, *forwarded, header="Forwarded") == client


@pytest.mark.parametrize("peer", [PROXY, "2001:db8:a::1", "::ffff:10.0.0.1"])
def test_the_header_that_no_setting_names_is_never_believed(peer: str) -> None:
    plain = origin(Origins([]), peer)
    assert origin(X_FORWARDED_FOR, peer, CLIENT, forwarded="for=1.1.1.1") == CLIENT
    assert origin(X_FORWARDED_FOR, peer, forwarded="for=1.1.1.1") == plain
    assert origin(FORWARDED, peer, f"for={CLIENT}", header="Forwarded", x_forwarded_for="1.1.1.1") == CLIENT
    assert origin(FORWARDED, peer, x_forwarded_for="1.1.1.1") == plain


@pytest.mark.parametrize("network", ["::ffff:10.0.0.0/104", "::ffff:10.0.0.1/128", "10.0.0.0/8"])
def test_a_trusted_network_may_be_written_as_an_ipv4_mapped_one(network: str) -> None:
    assert origin(Origins([ip_network(network)]), PROXY, CLIENT) == CLIENT
    assert origin(Origins([ip_network(network)]), "192.0.2.1", CLIENT) == "192.0.2.1"


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
    assert origin(X_FORWARDED_FOR, peer) == spelled
    assert origin(Origins([]), peer) == spelled


@pytest.mark.parametrize(
    ("header", "read", "written", "hop"),
    [
        ("X-Forwarded-For", "X-Forwarded-For", f"{CLIENT}, unix:", "unix:"),
        ("X-Forwarded-For", "X-Forwarded-For", "x" * 500, "x" * 100),
        ("Forwarded", "Forwarded", "for=1.1.1.1, for=_hidden;proto=https", "for=_hidden;proto=https"),
        ("Forwarded", "X-Forwarded-For", "for=1.1.1.1", "Forwarded: for=1.1.1.1"),
        ("X-Forwarded-For", "Forwarded", "1.1.1.1", "X-Forwarded-For: 1.1.1.1"),
    ],
)
def test_a_hop_that_cannot_be_read_is_logged_once_a_minute(
    header: str, read: ClientIPHeader, written: str, hop: str
) -> None:
    seconds = [0.0]
    origins = Origins(NETWORKS, read, clock=lambda: seconds[0])
    counts = []
    with capture_logs() as logged:
        for seconds[0] in (0.0, 1.0, 59.9, 60.0, 61.0, 120.0):
            assert origin(origins, PROXY, written, header=header) == PROXY
            counts.append(len(logged))
    assert counts == [1, 1, 1, 2, 2, 3]
    assert logged[0] == {
        "event": "proxy.hop_unreadable", "log_level": "warning", "proxy": PROXY, "header": read, "hop": hop,
    }  # fmt: skip


@pytest.mark.parametrize("forwarded", [[CLIENT], [f"garbage, {CLIENT}"], [""], []])
def test_nothing_is_logged_of_what_trusted_proxies_have_written_readably(forwarded: list[str]) -> None:
    with capture_logs() as logged:
        origin(Origins(NETWORKS), PROXY, *forwarded)
        origin(Origins(NETWORKS), "192.0.2.1", "garbage")
        origin(Origins([]), PROXY, "garbage")
    assert logged == []
