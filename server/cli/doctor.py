"""`rollcall doctor`: is everything in place, and if not, what helps."""

import asyncio
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from server.cli.checks.finding import Finding


def doctor() -> None:
    """Check settings, database, keys, mail server, outbox and GraphiQL, a line each; exit code 1 where one fails."""
    findings = asyncio.run(_examine())
    for finding in findings:
        typer.echo(str(finding))
    if not all(finding.fine for finding in findings):
        raise typer.Exit(1)


async def _examine() -> "list[Finding]":
    from server.cli.checks.database import check_database
    from server.cli.checks.finding import Finding
    from server.cli.checks.graphiql import check_graphiql
    from server.cli.checks.mail_server import check_mail_server
    from server.settings import BadSettings, Settings

    try:
        settings = Settings.read()
    except BadSettings as error:
        return [Finding("settings", line, fine=False) for line in str(error).splitlines()]
    return [
        Finding("settings", "all are well-formed"),
        *await check_database(settings),
        await check_mail_server(settings),
        check_graphiql(settings),
    ]
