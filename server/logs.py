"""Structured logs: one line an event, with the request's id; secrets are kept out, and struck out if they get in."""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any, Literal

import orjson
import structlog

SECRET_NAMES = re.compile("password|token|secret|authorization|code|link|url", re.IGNORECASE)
STRUCK_OUT = "[struck out]"
TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""Local variables hold passwords."""


def strike_out_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces the values of everything whose name sounds like a secret."""
    for name in event:
        if _sounds_secret(name):
            event[name] = STRUCK_OUT
    return event


@lru_cache(maxsize=1024)
def _sounds_secret(name: str) -> bool:
    return SECRET_NAMES.search(name) is not None


def _json(event: MutableMapping[str, Any], default: Any) -> str:
    """orjson refuses half a surrogate pair, which a client may send in a name."""
    try:
        return orjson.dumps(event, default=default).decode()
    except orjson.JSONEncodeError:
        return json.dumps(event, default=default)


def _last_processors(format: Literal["json", "text"]) -> tuple[Any, Any]:
    """How what was raised is told, and how a line is shown."""
    if format == "json":
        return TRACEBACKS, structlog.processors.JSONRenderer(_json)
    return structlog.processors.format_exc_info, structlog.dev.ConsoleRenderer(colors=False)


def set_up_logs(format: Literal["json", "text"]) -> None:
    """Sends structlog and the standard library's warnings to stderr in one format."""
    raised, shown = _last_processors(format)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        strike_out_secrets,
    ]
    structlog.configure(
        processors=[*shared, raised, shown],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=shown))
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.WARNING)
    logging.getLogger("strawberry").setLevel(logging.CRITICAL + 1)  # quotes documents, and so passwords in them
    logging.getLogger("uvicorn").handlers = []
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
