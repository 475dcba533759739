"""GraphiQL's page, its files and the ready-made tabs. What the page does is shown in tests/browser."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values
from httpx2 import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.routing import Route

from server.graphiql import VENDOR_FILES, WEB, GraphiQL

ROOT = WEB.parent.parent
PAGE = WEB / "page"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

TABS = json.loads((PAGE / "tabs" / "tabs.json").read_text("utf-8"))

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text("utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The page's files, and stand-ins for those that npm brings."""
    (tmp_path / "page").symlink_to(PAGE)
    (tmp_path / "vendor").mkdir()
    for name in VENDOR_FILES:
        (tmp_path / "vendor" / name).write_text(f"/* {name} */")
    return tmp_path


async def get(folder: Path, path: str, accept: str = FIREFOX, demo_email: str = "") -> Response:
    graphiql = GraphiQL(folder=folder, demo_email=demo_email)
    app = Starlette(routes=[Route("/graphql", graphiql.page, methods=["GET"]), *graphiql.asset_routes()])
    async with AsyncClient(transport=ASGITransport(app), base_url="http://rollcall.test") as client:
        return await client.get(path, headers={"Accept": accept})


async def test_a_browser_gets_the_page_under_a_strict_policy(folder: Path) -> None:
    answer = await get(folder, "/graphql")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/graphql-response+json", "text/html;q=0"])
async def test_a_client_of_the_api_is_told_to_post(folder: Path, accept: str) -> None:
    answer = await get(folder, "/graphql", accept)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert answer.json() == {
        "errors": [
            {"message": "Send GraphQL operations with POST.", "extensions": {"code": "METHOD_NOT_ALLOWED"}},
        ],
    }


async def test_the_demo_address_is_filled_in_as_text(folder: Path) -> None:
    answer = await get(folder, "/graphql", demo_email='"><script>@example.com')
    assert 'data-demo-email="&quot;&gt;&lt;script&gt;@example.com"' in answer.text
    assert 'data-introspection="public"' in answer.text


async def test_every_file_that_the_page_names_is_served_with_the_same_headers(folder: Path) -> None:
    page = await get(folder, "/graphql")
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {f"graphiql/vendor/{name}" for name in VENDOR_FILES} < set(named)
    for path in named:
        answer = await get(folder, f"/{path}")
        assert (path, answer.status_code) == (path, 200)
        assert answer.headers["content-security-policy"] == CSP
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-cache"


async def test_scripts_have_a_type_that_nosniff_lets_run(folder: Path) -> None:
    answer = await get(folder, "/graphiql/page/boot.js")
    assert answer.headers["content-type"].split(";")[0] in {"text/javascript", "application/javascript"}


@pytest.mark.parametrize("missing", VENDOR_FILES)
async def test_a_missing_file_is_answered_by_a_page_that_names_the_command(folder: Path, missing: str) -> None:
    (folder / "vendor" / missing).unlink()
    answer = await get(folder, "/graphql")
    assert answer.status_code == 503
    assert answer.headers["content-security-policy"] == CSP
    assert "<code>make graphiql</code>" in answer.text
    assert "<script" not in answer.text


async def test_without_the_vendor_folder_its_files_are_not_found(tmp_path: Path) -> None:
    (tmp_path / "page").symlink_to(PAGE)
    assert (await get(tmp_path, "/graphiql/vendor/react.js")).status_code == 404


async def test_nothing_outside_of_the_two_folders_is_served(folder: Path) -> None:
    (folder / "package.json").write_text("{}")
    for path in ("/graphiql/package.json", "/graphiql/page/%2e%2e/package.json", "/graphiql/vendor/..%2fpackage.json"):
        assert (path, (await get(folder, path)).status_code) == (path, 404)


def test_the_ready_made_tabs_are_those_of_the_first_ten_minutes() -> None:
    assert [tab["document"] for tab in TABS] == [
        "sign-in.graphql",
        "users-page.graphql",
        "add-user.graphql",
        "disable-user.graphql",
        "unlock-user.graphql",
        "audit-trail.graphql",
    ]


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab["document"])
def test_a_ready_made_tab_is_valid_and_so_are_its_variables(tab: dict[str, Any], schema: GraphQLSchema) -> None:
    document = parse((PAGE / "tabs" / tab["document"]).read_text("utf-8"))
    assert validate(schema, document) == []
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    values = get_variable_values(schema, operation.variable_definitions or (), tab["variables"])
    assert not isinstance(values, list)


@pytest.mark.parametrize("script", ["session.js", "sign-in-box.js"])
def test_the_operations_of_the_sign_in_box_are_valid(script: str, schema: GraphQLSchema) -> None:
    text = (PAGE / script).read_text("utf-8")
    constants = dict(re.findall(r'^const (\w+) = ["`](.+)["`];$', text, re.MULTILINE))
    payload = constants.pop("SIGN_IN_PAYLOAD", "")
    documents = [value.replace("${SIGN_IN_PAYLOAD}", payload) for value in constants.values() if "{" in value]
    assert len(documents) == 2
    for document in documents:
        assert validate(schema, parse(document)) == []


def test_the_page_names_no_foreign_host_and_holds_no_inline_script_or_style() -> None:
    for path in filter(Path.is_file, PAGE.rglob("*")):
        text = path.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"(https?:)?//[\w-]+\.\w", text), path
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), path


@pytest.mark.parametrize("lock", ["web/graphiql/package-lock.json", "tests/browser/package-lock.json"])
def test_a_lock_file_pins_by_hash_and_names_no_registry(lock: str) -> None:
    packages = json.loads((ROOT / lock).read_text("utf-8"))["packages"]
    assert all(package["integrity"].startswith("sha512-") for path, package in packages.items() if path)
    assert not any("resolved" in package for package in packages.values())
