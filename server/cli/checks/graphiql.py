"""Whether GraphiQL's files are there."""

from server.cli.checks.finding import Finding
from server.graphiql import VENDOR_FILES, WEB
from server.settings import Settings


def check_graphiql(settings: Settings) -> Finding:
    if not settings.graphiql:
        return Finding("GraphiQL", "is switched off (ROLLCALL_GRAPHIQL)")
    missing = [name for name in VENDOR_FILES if not (WEB / "vendor" / name).is_file()]
    if missing:
        return Finding("GraphiQL", f"{', '.join(missing)} missing: run `make graphiql`", fine=False)
    return Finding("GraphiQL", "all files are there")
