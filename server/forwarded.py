"""The hops that proxies write into a request: `X-Forwarded-For`, and `Forwarded` (RFC 7239).

Both are read from the right, and no element is read before the ones to its right: what a client has sent stands to the
left of what proxies append, so it cannot change how a proxy's element is read.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal

Address = IPv4Address | IPv6Address

ClientIPHeader = Literal["X-Forwarded-For", "Forwarded"]

BLANKS = " \t"
PAIR = re.compile(r'[ \t]*(?:([^\s=;,"]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?[ \t]*(?:;|\Z)')
"""A parameter of `Forwarded`: its name, and its value in quotes or without. An empty one matches without a name."""
NODE = re.compile(r"(?:\[(?P<bracketed>[^\[\]]+)\]|(?P<plain>[^:\[\]]+))(?::(?:[0-9]{1,5}|_[\w.-]+))?", re.ASCII)
"""An address with or without a port (RFC 7239, 6); an IPv6 address that is not in brackets does not match."""


def hops(header: ClientIPHeader, lines: Iterable[str]) -> Iterator[str]:
    """The elements of the header's lines from right to left, without those that are empty (RFC 9110, 5.6.1.2)."""
    split = _split_forwarded if header == "Forwarded" else _split
    for line in reversed(list(lines)):
        yield from (element for part in split(line) if (element := part.strip(BLANKS)))


@lru_cache(maxsize=1024)
def hop_address(header: ClientIPHeader, element: str) -> Address | None:
    """The address of one element; None where it says none: `unknown`, `_hidden` (RFC 7239, 6.2 and 6.3), or garbage."""
    node = _for(element) if header == "Forwarded" else _unquoted(element)
    if node is None:
        return None
    match = NODE.fullmatch(node)
    return address_of((match["bracketed"] or match["plain"]) if match else node)


@lru_cache(maxsize=1024)
def address_of(text: str | None) -> Address | None:
    """One spelling for each address: without a zone, and an IPv4-mapped IPv6 address as IPv4 (RFC 4291, 2.5.5.2)."""
    try:
        address = ip_address((text or "").strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _split(line: str) -> Iterator[str]:
    """At every comma: within quotes, too, for a quotation mark that a client has left open must not hide a hop."""
    return reversed(line.split(","))


def _split_forwarded(line: str) -> Iterator[str]:
    """At the commas outside of quotes. From the right, for the same reason."""
    end, quoted = len(line), False
    for at in range(len(line) - 1, -1, -1):
        if line[at] == '"' and not (quoted and line[at - 1 : at] == "\\"):
            quoted = not quoted
        elif line[at] == "," and not quoted:
            yield line[at + 1 : end]
            end = at
    yield line[:end]


def _for(element: str) -> str | None:
    """The value of `for`; None where the element has none or several, or is not well-formed."""
    found, at = [], 0
    while at < len(element):
        pair = PAIR.match(element, at)
        if pair is None:
            return None
        if (pair[1] or "").lower() == "for":
            found.append(pair[3] if pair[2] is None else re.sub(r"\\(.)", r"\1", pair[2]))
        at = pair.end()
    return found[0] if len(found) == 1 else None


def _unquoted(element: str) -> str:
    quoted = len(element) > 1 and element[0] == element[-1] == '"'
    return element[1:-1].strip(BLANKS) if quoted else element
