"""Dockerfile and compose.yaml: what they name is there, and what they promise about rights holds."""

import re
from typing import Any

import pytest
import yaml
from typer.main import get_command

from server.cli import app
from server.settings import Settings
from server.shutdown import GRACE_SECONDS
from tests.running import ROOT

DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "rollcall"}
SECONDS = re.compile(r"(\d+)s")


def instructions(name: str) -> list[str]:
    """The arguments of every instruction of this name, in order."""
    return re.findall(rf"^{name} +(.+)$", DOCKERFILE, re.MULTILINE)


def shipped(path: str) -> bool:
    """Whether `.dockerignore` lets it, or a part of it, into the build: it keeps all out but what it names."""
    rules = [rule[1:].rstrip("/") for rule in (ROOT / ".dockerignore").read_text().splitlines() if rule[:1] == "!"]
    return any(f"{path}/".startswith(f"{rule}/") or rule.startswith(f"{path}/") for rule in rules)


def setting(value: str) -> str:
    """What compose makes of it where nothing is set: `${NAME:-default}`."""
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)


def test_the_server_does_not_run_as_root() -> None:
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    [user] = re.findall(r"^USER +(.+)$", last_stage, re.MULTILINE)
    assert user.isdecimal()
    assert int(user) > 0
    assert f"--uid {user} " in last_stage


def test_the_image_says_how_it_is_and_how_it_ends() -> None:
    [health] = instructions("HEALTHCHECK")
    assert "http://127.0.0.1:8000/livez" in health
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    assert instructions("EXPOSE") == ["8000"]


def test_every_image_has_a_version() -> None:
    images = [line.split()[0] for line in instructions("FROM")]
    images += [service["image"] for service in SERVICES.values() if service["image"] != "rollcall"]
    assert len(images) == 4
    assert [image for image in images if not re.fullmatch(r"[a-z]+:\d[\w.-]*", image)] == []


def test_what_is_copied_is_there_and_is_sent_to_the_build() -> None:
    lock = dict(argument.split("=") for argument in instructions("ARG"))["LOCK"]
    copied = [line.replace("${LOCK}", lock).split()[:-1] for line in instructions("COPY") if "--from" not in line]
    sources = {source.removeprefix("./") for line in copied for source in line}
    assert {"models", "services", "schema", "server", "requirements-server.lock"} <= sources
    assert {source for source in sources if not (ROOT / source).exists()} == set()
    assert {source for source in sources if not shipped(source)} == set()


def test_stages_that_are_copied_from_exist() -> None:
    stages = {line.split(" AS ")[1] for line in instructions("FROM") if " AS " in line}
    assert {line.split()[0].removeprefix("--from=") for line in instructions("COPY") if "--from" in line} == stages


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_and_together_they_are_enough(name: str) -> None:
    given = {key: setting(str(value)) for key, value in OURS[name]["environment"].items()}
    assert {key.removeprefix("ROLLCALL_").lower() for key in given} <= set(Settings.model_fields)
    read = Settings.read(_env_file=None, **{key.removeprefix("ROLLCALL_").lower(): given[key] for key in given})
    assert read.database_url.get_secret_value() == "postgres://rollcall:rollcall@postgres:5432/rollcall"


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_with_its_options(name: str) -> None:
    command, *arguments = OURS[name]["command"]
    options = {option for parameter in get_command(app).commands[command].params for option in parameter.opts}
    assert {argument for argument in arguments if argument.startswith("--")} <= options


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_rights_to_spare(name: str) -> None:
    service = OURS[name]
    assert (service["read_only"], service["cap_drop"], service["tmpfs"]) == (True, ["ALL"], ["/tmp"])
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_the_api_is_published_and_only_to_this_machine() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "rollcall": ["127.0.0.1:8000:8000"]
    }
    assert OURS["rollcall"]["expose"] == [OURS["rollcall"]["environment"]["ROLLCALL_METRICS_PORT"]]


def test_who_waits_for_another_waits_for_one_that_is_there() -> None:
    waits = [
        (other, how["condition"])
        for service in SERVICES.values()
        for other, how in service.get("depends_on", {}).items()
    ]
    assert {other for other, _ in waits} <= set(SERVICES)
    assert "healthcheck" in SERVICES["postgres"]
    assert ("migrate", "service_completed_successfully") in waits


def test_there_is_time_to_leave_before_the_container_is_killed() -> None:
    [grace] = SECONDS.findall(OURS["rollcall"]["stop_grace_period"])
    assert int(grace) > Settings.model_fields["shutdown_delay"].default + GRACE_SECONDS
