"""Trusted documents: only what the list holds is executed."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from schema.execution.engine import Engine
from schema.execution.rules import Rules
from schema.execution.trusted import TrustedDocuments
from server.settings import BadSettings, Settings
from tests.server.test_graphql_http import only_error, send
from tests.world import KEY

KNOWN = "{ __typename }"
DIGEST = sha256(KNOWN.encode()).hexdigest()
OTHER = sha256(b"{ viewer { id } }").hexdigest()


@pytest.mark.parametrize(
    "text", [json.dumps([OTHER, DIGEST]), f"{OTHER}\n{DIGEST.upper()}\n", f"{DIGEST}", f"\n {OTHER}\r\n{DIGEST}\r\n"]
)
def test_a_list_is_json_or_lines(text: str) -> None:
    trusted = TrustedDocuments.read(text)
    assert KNOWN in trusted
    assert KNOWN + " " not in trusted
    assert "\ud800" not in trusted


@pytest.mark.parametrize(
    "text", ["", "[]", "[1]", '{"a": 1}', "x", DIGEST[1:], f"{DIGEST} {OTHER}x", "[", f'["{DIGEST}", null]']
)
def test_anything_else_is_no_list(text: str) -> None:
    with pytest.raises(ValueError):
        TrustedDocuments.read(text)


def settings(path: Path) -> Settings:
    return Settings.read(_env_file=None, database_url="sqlite:///x", secret_key=KEY, trusted_documents=str(path))


def test_a_file_that_is_missing_or_wrong_is_a_bad_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="^ROLLCALL_TRUSTED_DOCUMENTS is wrong: the file cannot be read"):
        settings(tmp_path / "missing")
    (tmp_path / "wrong").write_text("{ viewer }")
    with pytest.raises(
        BadSettings, match="^ROLLCALL_TRUSTED_DOCUMENTS is wrong: must be a JSON list, or lines, of SHA"
    ):
        settings(tmp_path / "wrong")


@pytest.mark.anyio
async def test_graphiql_is_off_where_documents_must_be_trusted(tmp_path: Path) -> None:
    (tmp_path / "trusted.json").write_text(json.dumps([DIGEST]))
    page = await send("GET", b"", headers={"Accept": "text/html"}, trusted_documents=str(tmp_path / "trusted.json"))
    assert page.status_code == 405


@pytest.mark.anyio
async def test_nothing_but_trusted_documents_is_executed() -> None:
    engine = Engine(Rules(trusted=TrustedDocuments([DIGEST])))
    done = await send(body=json.dumps({"query": KNOWN}).encode(), engine=engine)
    other = await send(body=json.dumps({"query": KNOWN + " "}).encode(), engine=engine)
    assert done.json()["data"] == {"__typename": "Query"}
    assert only_error(other) == (
        "Only documents on the server's list of trusted documents are executed.",
        "BAD_USER_INPUT",
    )
