"""docs/operations.md: every setting and every command has its line, and no line is about one that is gone."""

import re

from prometheus_client import Counter
from typer.main import get_command

from server.cli import app
from server.measuring import conflicts_counted_in
from server.metrics import Metrics
from server.settings import Settings
from tests.docs.documents import ROOT, first_cells, read, section

OPERATIONS = read("docs/operations.md")
SETTING = re.compile(r"\bROLLCALL_[A-Z_]*[A-Z]\b")
EVENT = re.compile(r"`([a-z_]+(?:\.[a-z_]+)?)`")
LOGGED = re.compile(r'(?:\b_?log\.(?:info|warning|error)|_give_up|_write)\(\s*(?:mail, [\w.]+, )?"([a-z_.]+)"')
METRIC = re.compile(r"`(rollcall_\w+)(?:\{([a-z,]+)\})?`")
OF_TESTS = {"ROLLCALL_TEST_POSTGRES"}


def settings() -> set[str]:
    return {f"ROLLCALL_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_has_its_line_and_no_line_is_stale() -> None:
    assert sorted(first_cells(section(OPERATIONS, "## Settings"))) == sorted(settings())


def test_every_default_is_the_one_that_counts() -> None:
    rows = re.findall(r"^\| `ROLLCALL_([A-Z_]+)` \| ([^|]+) \|", section(OPERATIONS, "## Settings"), re.MULTILINE)
    for name, shown in rows:
        field = Settings.model_fields[name.lower()]
        assert shown == shown_default(field.is_required(), field.default), name


def test_no_document_names_a_setting_that_is_not_there() -> None:
    for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/client-guide.md", "docs/operations.md"):
        assert set(SETTING.findall(read(name))) <= settings() | OF_TESTS, name


def test_every_command_has_its_line_and_no_line_is_stale() -> None:
    assert sorted(first_cells(section(OPERATIONS, "## Commands"))) == sorted(commands())


def test_every_option_named_beside_a_command_is_one_of_its_options() -> None:
    for name, text in re.findall(r"^\| `([a-z-]+)` \| ([^\n]+)", section(OPERATIONS, "## Commands"), re.MULTILINE):
        options = {option for parameter in commands()[name].params for option in parameter.opts}
        assert set(re.findall(r"`(--[a-z-]+)`", text)) <= options, name


def test_every_event_of_the_log_has_its_line_and_no_line_is_stale() -> None:
    shown = OPERATIONS.partition("| `event` | what it means |\n")[2].partition("\n\n")[0]
    named = {event for row in first_columns(shown) for event in EVENT.findall(row)}
    rooms = [ROOT / room for room in ("models", "services", "schema", "server")]
    logged = {event for room in rooms for path in room.rglob("*.py") for event in LOGGED.findall(path.read_text())}
    assert named == logged


def test_every_metric_has_its_line_with_its_labels_and_no_line_is_stale() -> None:
    metrics = Metrics()
    conflicts_counted_in(metrics.registry)
    shown = section(OPERATIONS, "### What the metrics show").partition("###")[0]
    named = {(name, labels) for row in first_columns(shown) for name, labels in METRIC.findall(row)}
    made = {
        (f"{metric._name}_total" if isinstance(metric, Counter) else metric._name, ",".join(metric._labelnames))
        for metric in set(metrics.registry._collector_to_names)
    }
    assert named == made


def first_columns(table: str) -> list[str]:
    return re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)


def commands() -> dict[str, object]:
    return get_command(app).commands


def shown_default(required: bool, default: object) -> str:
    if required:
        return "required"
    if default is None:
        return "unset"
    if default == "":
        return "empty"
    if default == []:
        return "none"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
