"""What was measured, kept section by section, and the page that shows all of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from bench.peers import tables
from bench.scale.tables import scale

KEPT = Path("var/bench/results.json")
SECTIONS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "peers": tables.peers,
    "parts": tables.parts,
    "not compiled": tables.not_compiled,
    "sqlite": tables.on_sqlite,
    "scale": scale,
    "sign-ins": tables.sign_ins,
    "adding": tables.adding,
    "workers": tables.workers,
    "cold": tables.cold,
    "flood": tables.flood,
    "memory": tables.memory,
}


def remember(section: str, found: dict[str, Any]) -> None:
    """In place of what was known before."""
    known = _known() | {section: found}
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_bytes(orjson.dumps(known, option=orjson.OPT_INDENT_2))


def page() -> str:
    """Markdown."""
    lines = [
        "# Results",
        "",
        "Written by `make bench`. Figures of one run may be compared with each other and with nothing else: the ratios",
        "count, not the absolute numbers. Servers are measured in turns; a ratio is the median over the rounds.",
    ]
    known = _known()
    for name, table in SECTIONS.items():
        if name in known:
            lines += ["", *table(known[name]), "", _made(known[name])]
    about = dict.fromkeys(f"- {known[name]['about']['machine']}: {known[name]['about']['versions']}." for name in known)
    return "\n".join([*lines, "", "## Measured on and with", "", *about]) + "\n"


def _made(section: dict[str, Any]) -> str:
    about = section["about"]
    doubt = f"**Preliminary: others kept {about['busy']:.1f} cores busy, or the rounds were few.** "
    return (
        f"{doubt if about['preliminary'] else ''}Measured {section['when']} by `{section['command']}` at commit "
        f"{about['commit']}, {section['users']} users."
    )


def _known() -> dict[str, Any]:
    known: dict[str, Any] = orjson.loads(KEPT.read_bytes()) if KEPT.exists() else {}
    return known
