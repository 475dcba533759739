"""The command `rollcall`: one module a command. What is heavy is imported inside the commands, so `--help` is quick."""

import typer

from server.cli.create_admin import create_admin
from server.cli.demo import demo
from server.cli.doctor import doctor
from server.cli.failures import Explaining
from server.cli.mail_sink import mail_sink
from server.cli.migrate import migrate
from server.cli.rebuild_keys import rebuild_keys
from server.cli.rotate_keys import rotate_keys
from server.cli.schema_text import schema_text
from server.cli.serve import serve
from server.cli.unlock import unlock

app = typer.Typer(
    name="rollcall",
    cls=Explaining,
    help="Rollcall: a GraphQL API with which the administrators of a platform manage its users.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve)
app.command("migrate")(migrate)
app.command("create-admin")(create_admin)
app.command("demo")(demo)
app.command("schema")(schema_text)
app.command("mail-sink")(mail_sink)
app.command("doctor")(doctor)
app.command("unlock")(unlock)
app.command("rotate-keys")(rotate_keys)
app.command("rebuild-keys")(rebuild_keys)


def main() -> None:
    app(prog_name="rollcall")
