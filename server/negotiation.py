"""Media types: which one an answer has, and which ones a request may have (RFC 9110, 12.5.1; GraphQL over HTTP)."""

from collections.abc import Sequence
from functools import lru_cache

from server.answers import GRAPHQL_JSON, JSON

MATCHES = {"*/*": 1, "application/*": 2}
"""Wildcards that both types match, and how exactly; the type itself: NAMED."""
NAMED = 3
LONGEST = 1000
"""Letters of a header that are read."""


def answer_type(accept: str | None) -> str | None:
    """The type that the client likes best, or None where it likes neither, or says too much.

    Plain JSON for clients that do not say or say a wildcard: they know nothing of the newer type. Of two types that
    are named and liked alike it is the newer one, whose answers have telling statuses.
    """
    return None if len(accept or "") > LONGEST else _answer_type(accept)


@lru_cache(maxsize=256)
def _answer_type(accept: str | None) -> str | None:
    if not (accept or "").strip():
        return JSON
    liked = {media_type: _liking(media_type, accept or "") for media_type in (GRAPHQL_JSON, JSON)}
    (newer, newer_match), (plain, _) = liked[GRAPHQL_JSON], liked[JSON]
    if not newer and not plain:
        return None
    return GRAPHQL_JSON if newer > plain or (newer == plain and newer_match == NAMED) else JSON


def is_json(content_types: Sequence[str]) -> bool:
    """`application/json`, in UTF-8 where it names a charset. Of several lines each must say so; none is no JSON."""
    return bool(content_types) and all(len(line) <= LONGEST and _is_json(line) for line in content_types)


@lru_cache(maxsize=256)
def _is_json(content_type: str) -> bool:
    media_type, parameters = _parts(content_type)
    return media_type == JSON and parameters.get("charset", "utf-8") in ("utf-8", "utf8")


def is_not_encoded(content_encodings: Sequence[str]) -> bool:
    """Whether the lines of `Content-Encoding` name no coding but `identity`, which stands for none."""
    names = (name.strip().lower() for line in content_encodings for name in line.split(","))
    return all(name in ("", "identity") for name in names)


def _liking(media_type: str, accept: str) -> tuple[float, int]:
    """The quality that the most exact matching range gives this type, and how exact it is."""
    best = (0.0, 0)
    for entry in accept.split(","):
        named, parameters = _parts(entry)
        match = NAMED if named == media_type else MATCHES.get(named, 0)
        if match > best[1] and parameters.get("charset", "utf-8") in ("utf-8", "utf8"):
            best = (_quality(parameters), match)
    return best


def _quality(parameters: dict[str, str]) -> float:
    """0 to 1; what cannot be read counts as 0."""
    try:
        quality = float(parameters.get("q", "1"))
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0


def _parts(value: str) -> tuple[str, dict[str, str]]:
    media_type, *parameters = (part.strip().lower() for part in value.split(";"))
    pairs = (parameter.partition("=") for parameter in parameters)
    return media_type, {name.strip(): given.strip().strip('"') for name, _, given in pairs}
