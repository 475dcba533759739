"""What goes wrong for a reason that can be named is a sentence on stderr and exit code 1, not a traceback."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup


class Failure(Exception):
    """A command cannot do its work; the message says why and what helps."""


class Explaining(TyperGroup):
    """Prints the sentences of failures that it knows. Anything else is a bug of ours, and shows as one."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            sentence = sentence_for(error)
            if sentence is None:
                raise
            print(sentence, file=sys.stderr)
            raise typer.Exit(1) from None


def sentence_for(error: Exception) -> str | None:
    """One line for each cause; None for errors without an explanation."""
    from server.settings import BadSettings
    from services.refusals import Refusal

    if isinstance(error, Failure | BadSettings):
        return str(error)
    if isinstance(error, Refusal):
        return f"{_option(error.field)}: {error.message}" if error.field else error.message
    if isinstance(error, ExceptionGroup):
        sentences = [sentence_for(cause) for cause in error.exceptions]
        return "\n".join(filter(None, sentences)) if all(sentences) else None
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return None


def _option(field: str) -> str:
    return "--" + field.replace("_", "-")
