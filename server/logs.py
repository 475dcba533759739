"""Structured logs: one line an event, with the request's id; secrets are kept out, and struck out if they get in."""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, Literal

import orjson
import structlog

from services.clock import system_clock

SECRET_NAMES = re.compile("password|token|secret|authorization|code|link|url", re.IGNORECASE)
STRUCK_OUT = "[struck out]"
TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""Local variables hold passwords."""
IN_EVERY_LINE: ContextVar[Mapping[str, str]] = ContextVar("in every line", default=MappingProxyType({}))
"""What each line says that is logged in this context, as the id of the request. structlog has the like, whose binding
and merging take a twentieth of the time of a request."""

STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True)


def name_context(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Adds what is in every line."""
    event.update(IN_EVERY_LINE.get())
    return event


def strike_out_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces the values of everything whose name sounds like a secret."""
    for name in event:
        if _sounds_secret(name):
            event[name] = STRUCK_OUT
    return event


@lru_cache(maxsize=1024)
def _sounds_secret(name: str) -> bool:
    return SECRET_NAMES.search(name) is not None


def _json(event: MutableMapping[str, Any], default: Any) -> bytes:
    """orjson refuses half a surrogate pair, which a client may send in a name."""
    try:
        return orjson.dumps(event, default=default, option=orjson.OPT_UTC_Z)
    except orjson.JSONEncodeError:
        return json.dumps(event, default=default).encode("ascii")


def _last_steps(format: Literal["json", "text"]) -> tuple[Any, Any, Any]:
    """How what was raised is told, how a line is shown, and what writes it."""
    if format == "json":
        return TRACEBACKS, structlog.processors.JSONRenderer(_json), structlog.BytesLoggerFactory(sys.stderr.buffer)
    shown = structlog.dev.ConsoleRenderer(colors=False)
    return structlog.processors.format_exc_info, shown, structlog.PrintLoggerFactory(sys.stderr)


def _as_text(shown: Any) -> Any:
    def text(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
        line = shown(logger, method, event)
        return line.decode() if isinstance(line, bytes) else line

    return text


def set_up_logs(format: Literal["json", "text"]) -> None:
    """Sends structlog and the standard library's warnings to stderr in one format."""
    raised, shown, written = _last_steps(format)
    shared: list[Any] = [
        name_context,
        structlog.processors.add_log_level,
        STAMP,
        strike_out_secrets,
    ]
    structlog.configure(
        processors=[*shared, raised, shown],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=written,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    chain = [*shared, raised]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=chain, processor=_as_text(shown)))
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.WARNING)
    logging.getLogger("strawberry").setLevel(logging.CRITICAL + 1)  # quotes documents, and so passwords in them
    logging.getLogger("uvicorn").handlers = []
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def line_writer() -> Callable[..., None]:
    """Writes the line that every request has, past the machinery of loggers, which takes longer than all else in it.

    That line can hold no secret and nothing raised, so nobody looks for them.
    """
    config = structlog.get_config()
    out, shown = config["logger_factory"](), config["processors"][-1]
    if isinstance(shown, structlog.processors.JSONRenderer):
        return partial(_write_json, out)

    def write(event: str, **facts: Any) -> None:
        line = {"event": event, "level": "info", **facts, **IN_EVERY_LINE.get()}
        with suppress(structlog.DropEvent):  # from who listens instead
            out.msg(shown(out, "info", STAMP(out, "info", line)))

    return write


def _write_json(out: Any, event: str, **facts: Any) -> None:
    line = {"event": event, "level": "info", **facts, **IN_EVERY_LINE.get(), "timestamp": system_clock()}
    out.msg(_json(line, str))
