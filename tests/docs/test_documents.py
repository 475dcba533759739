"""All documents: links lead somewhere, named files exist, and the README is short and true."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.documents import DOCUMENTS, ROOT, read, runs
from tests.world import World

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FILE = re.compile(r"`((?:models|services|schema|server|web|tests|bench|docs)/[\w./*-]*)`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    text = FENCE.sub("", document.read_text("utf-8"))
    broken = [target for target in LINK.findall(text) if not leads_somewhere(document, target)]
    assert broken == []


@pytest.mark.parametrize("name", ["docs/architecture.md", "CONTRIBUTING.md", "docs/client-guide.md"])
def test_every_file_named_exists(name: str) -> None:
    assert [path for path in FILE.findall(read(name)) if not is_there(path)] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("docs/decisions/*.md")), ids=lambda path: path.stem)
def test_every_file_named_in_a_decision_exists(path: Path) -> None:
    assert [named for named in FILE.findall(path.read_text("utf-8")) if not is_there(named)] == []


def test_the_readme_is_under_150_lines() -> None:
    assert len(read("README.md").splitlines()) < 150


@pytest.mark.anyio
async def test_the_first_query_of_the_readme_works(world: World) -> None:
    platform = await world.platform()
    ask = await world.client(await world.admin(platform))
    await world.user(platform, "Lena", "Park", locked_at=world.clock.now, failed_sign_ins=5)
    (run,) = runs(read("README.md"))
    users = (await ask(run.document)).data["users"]
    assert [user["fullName"] for user in users["nodes"]] == ["Lena Park"]
    assert [action["action"] for action in users["nodes"][0]["viewerActions"] if not action["allowed"]] == [
        "RESEND_INVITATION"
    ]


def test_every_target_of_make_named_in_a_document_is_there() -> None:
    makefile = read("Makefile")
    for path in DOCUMENTS:
        for target in re.findall(r"(?:^|`)make ([a-z-]+)\b", path.read_text("utf-8"), re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), (path.name, target)


def leads_somewhere(document: Path, target: str) -> bool:
    """Addresses of other hosts are taken as they are."""
    if re.match(r"[a-z]+:", target):
        return True
    path, _, anchor = target.partition("#")
    file = document if not path else document.parent / unquote(path)
    return file.is_file() and (not anchor or anchor in anchors(file))


def anchors(file: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = HEADING.findall(FENCE.sub("", file.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_there(path: str) -> bool:
    """A `*` stands for at least one file."""
    return any(ROOT.glob(path)) if "*" in path else (ROOT / path).exists()
