"""`rollcall schema`: the schema as text."""

from pathlib import Path
from typing import Annotated

import typer


def schema_text(
    output: Annotated[Path | None, typer.Option(help="A file to write instead of printing.")] = None,
) -> None:
    """Print the GraphQL schema, as schema.graphql holds it."""
    from schema.root import schema

    text = f"{schema}\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, "utf-8")
