"""The measurements of `bench.scale` as a table in Markdown."""

from typing import Any

from bench.scale.questions import OTHERS, PAGES

LIMIT = 1.5
"""Times as long as among a thousand users a page among a million may take."""


def scale(section: dict[str, Any]) -> list[str]:
    found = section["found"]
    sizes, engines = sorted({one["users"] for one in found}), sorted({one["engine"] for one in found})
    heads = [f"{engine} {users:,}".replace(",", " ") for engine in engines for users in sizes]
    by = {(one["engine"], one["users"], one["question"]): one for one in found}
    lines = ["| milliseconds | " + " | ".join(heads) + " |", "| --- |" + " --- |" * len(heads)]
    for question in (*PAGES, *OTHERS):
        cells = [_cell(by[engine, users, question]) for engine in engines for users in sizes]
        lines.append(f"| {question} | " + " | ".join(cells) + " |")
    return [
        "## A thousand users, a hundred thousand, a million",
        "",
        "Pages of 25 through the services, without HTTP and GraphQL: until answered, and in brackets until the",
        f"database had answered. The worst page takes {worst(found):.2f} times as long among the most users as",
        f"among the fewest; at most {LIMIT} is the goal.",
        "",
        *lines,
    ]


def worst(found: list[dict[str, Any]]) -> float:
    """The largest ratio of a page's time among the most users to that among the fewest."""
    few, many = min(one["users"] for one in found), max(one["users"] for one in found)
    times = {(one["engine"], one["question"], one["users"]): one["median"] for one in found}
    pages = {(engine, question) for engine, question, _ in times if question in PAGES}
    return max(float(times[*page, many] / times[*page, few]) for page in pages)


def _cell(one: dict[str, Any]) -> str:
    return f"{one['median']:.2f} ({one['database']:.2f})"
