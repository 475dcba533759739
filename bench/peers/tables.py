"""Measurements as tables in Markdown."""

from collections.abc import Iterable
from typing import Any

from bench.peers.comparing import CONNECTIONS, PAGES, medians, ratios
from bench.peers.servers import HAND_WRITTEN, NAIVE, POSTGRAPHILE_5, ROLLCALL, SERVERS, YOGA, Server

GOALS: tuple[tuple[Server, float, float], ...] = (
    (HAND_WRITTEN, 0.75, 0.90),
    (POSTGRAPHILE_5, 2.5, 3.2),
    (YOGA, 1.5, 2.0),
    (NAIVE, 20.0, 25.0),
)
"""What Rollcall's throughput must be of another's, and what it aims at; 16 connections."""

FALLBACK_MUST, FALLBACK_AIM = 2.5, 4.0

Section = dict[str, Any]


def peers(section: Section) -> list[str]:
    measured, missing = section["found"]["measured"], section["found"]["missing"]
    pinned = "cores of their own" if section["found"]["pinned"] else "cores that they may share"
    return [
        "## A page of users, side by side",
        "",
        "One process each, 16 database connections each. The query: users of one platform with status ACTIVE by name,",
        "13 scalars, role, MFA, alerts, cursors and page info. Rollcall and the hand-written server look the session",
        "up for every request; the others ask nobody who they are. The servers, and load and database, run on",
        f"{pinned}.",
        *[f"**Not measured: {name}**: {reason}" for name, reason in missing.items()],
        "",
        *_goals(measured),
        "",
        _bounds(measured),
        "",
        *_throughput(measured),
    ]


def _goals(measured: list[dict[str, Any]]) -> Iterable[str]:
    yield from _head("Rollcall against, 16 connections", *[f"page of {page}" for page in PAGES], "must", "aim", "")
    for other, must, aim in GOALS:
        found = ratios(measured, other)
        shares = [found.get((ROLLCALL.name, page, 16)) for page in PAGES]
        if None not in shares:
            worst = min(share for share in shares if share is not None)
            verdict = "aim reached" if worst >= aim else "reached" if worst >= must else "**missed**"
            yield _row(other.title, *[f"{share:.2f} x" for share in shares], f"{must} x", f"{aim} x", verdict)


def _bounds(measured: list[dict[str, Any]]) -> str:
    """What the hand-written limit itself is of each peer."""
    shares = []
    for other, _, _ in GOALS[1:]:
        found = ratios(measured, other)
        of = [found[HAND_WRITTEN.name, page, 16] for page in PAGES if (HAND_WRITTEN.name, page, 16) in found]
        shares += [f"{' and '.join(f'{share:.2f}' for share in of)} x {other.title}"] if of else []
    return f"The hand-written limit itself: {', '.join(shares)}."


def _throughput(measured: list[dict[str, Any]]) -> Iterable[str]:
    yield from _head(
        "server",
        "page",
        "connections",
        "requests/s",
        "of the limit",
        "p50 ms",
        "CPU-ms/request",
        "least",
        "database CPU-ms",
    )
    rate, p50, cpu, database = (medians(measured, what) for what in ("throughput", "p50", "cpu", "database_cpu"))
    shares = ratios(measured, HAND_WRITTEN)
    for page in PAGES:
        for connections in CONNECTIONS:
            for server in SERVERS:
                key = (server.name, page, connections)
                if key in rate:
                    least = min(m["cpu"] for m in measured if (m["server"], m["page"], m["connections"]) == key)
                    share = f"{shares[key]:.2f}" if key in shares else ""
                    figures = (f"{p50[key]:.2f}", f"{cpu[key]:.2f}", f"{least:.2f}", f"{database[key]:.2f}")
                    yield _row(server.title, page, connections, f"{rate[key]:.0f}", share, *figures)


def parts(section: Section) -> list[str]:
    return [
        "## What a request costs",
        "",
        "Microseconds of the worker's CPU for a page of 25, 16 connections. Below: by how much less without one part,",
        "left out of the running server. What is cheap by itself costs more here, where its code and data are cold.",
        "",
        *_head("", "microseconds"),
        *[_row(title, f"{microseconds:.0f}") for title, microseconds in section["found"]["rows"]],
    ]


def not_compiled(section: Section) -> list[str]:
    return [
        "## What is not compiled, against naive Strawberry + Tortoise",
        "",
        "The same page, and beside it a look into the schema (`__type`), of which no plan can be made: graphql-core",
        "executes that, and the plan makes the page. The naive server is asked for the page alone. 16 connections.",
        f"{FALLBACK_MUST} x must be, {FALLBACK_AIM} x is aimed at.",
        "",
        *_pairs(section),
    ]


def on_sqlite(section: Section) -> list[str]:
    return [
        "## On SQLite, against naive Strawberry + Tortoise on the same file",
        "",
        "The page of the first table, 2 connections; Rollcall looks the session up besides. SQLite takes `IS NULL` for",
        "rare, so for the naive server it sorts all active users for each page; Rollcall tells it better.",
        "",
        *_pairs(section),
    ]


def _pairs(section: Section) -> Iterable[str]:
    yield from _head("page", "Rollcall, requests/s", "naive, requests/s", "ratio")
    for page, ours, theirs, ratio in section["found"]["rows"]:
        yield _row(page, f"{ours:.0f}", f"{theirs:.0f}", f"{ratio:.1f} x")


def sign_ins(section: Section) -> list[str]:
    found = section["found"]
    return [
        "## Signing in, against bare Argon2id",
        "",
        "`signIn` over HTTP by 8 clients at once, against the same verification in as many threads and nothing else.",
        "",
        *_head("", "a second"),
        _row("bare Argon2id", f"{found['bare']:.1f}"),
        _row("Rollcall", f"{found['rollcall']:.1f}"),
        _row("ratio", f"{found['ratio']:.2f}"),
    ]


def adding(section: Section) -> list[str]:
    return [
        "## Adding a user, against a hand-written insert",
        "",
        "4 clients; both write user, words, invitation, mail and event in one transaction. Rollcall checks the input",
        "and the rules besides, locks the rows that they depend on, and meanwhile writes the mails to files.",
        "",
        *_head("", "a second", "CPU-ms/request"),
        *[_row(name, f"{rate:.0f}", f"{cpu:.2f}") for name, rate, cpu in section["found"]["rows"]],
        _row("ratio", f"{section['found']['ratio']:.2f}", ""),
    ]


def workers(section: Section) -> list[str]:
    found = section["found"]
    return [
        "## Two workers against one",
        "",
        f"Pages of 25, 16 connections; servers, load and database share {found['cores']} cores, which bounds the gain.",
        "",
        *_head("", "requests/s"),
        _row("one", f"{found['one']:.0f}"),
        _row("two", f"{found['two']:.0f}"),
        _row("ratio", f"{found['ratio']:.2f}"),
    ]


def cold(section: Section) -> list[str]:
    found = section["found"]
    return [
        "## Cold documents",
        "",
        "Every document another one, 4 connections: it is parsed, validated, and executed once.",
        "",
        *_head("document", "a second", "CPU-ms/request"),
        *[_row(name, f"{rate:.0f}", f"{cpu:.2f}") for name, rate, cpu in found["rows"]],
    ]


def flood(section: Section) -> list[str]:
    found = section["found"]
    return [
        "## A hot document while distinct ones arrive",
        "",
        "Pages of 25 by 8 connections. *After*: when the flood has ended, so what is left is what it cost the caches.",
        "The others ask one field with a session look-up of their own; *known* ones show what they cost when not new.",
        "Others that would take too much of the worker's time are put off: 503, with Retry-After.",
        "",
        *_head("", "hot requests/s", "of undisturbed", "others/s answered", "others/s put off"),
        *[
            _row(name, f"{hot:.0f}", f"{share:.2f}", *(f"{n:.0f}" for n in others))
            for name, hot, share, *others in found["rows"]
        ],
    ]


def memory(section: Section) -> list[str]:
    found = section["found"]
    return [
        "## Memory",
        "",
        "Resident memory of the server after so many distinct documents.",
        "",
        *_head("distinct documents", "MB"),
        *[_row(count, f"{megabytes:.0f}") for count, megabytes in found["rows"]],
    ]


def _head(*names: str) -> list[str]:
    return [_row(*names), _row(*["---"] * len(names))]


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"
