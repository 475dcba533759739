"""Structured logs: one line an event, with the request's id; secrets are kept out, and struck out if they get in."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

SECRET_NAMES = re.compile("password|token|secret|authorization|code|link|url", re.IGNORECASE)
STRUCK_OUT = "[struck out]"
TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""Local variables hold passwords."""


def strike_out_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces the values of everything whose name sounds like a secret."""
    for name in event:
        if SECRET_NAMES.search(name):
            event[name] = STRUCK_OUT
    return event


def set_up_logs(format: Literal["json", "text"]) -> None:
    """Sends structlog and the standard library's warnings to stderr in one format."""
    shown = structlog.processors.JSONRenderer() if format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        strike_out_secrets,
    ]
    structlog.configure(
        processors=[*shared, TRACEBACKS, shown]
        if format == "json"
        else [*shared, structlog.processors.format_exc_info, shown],
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
