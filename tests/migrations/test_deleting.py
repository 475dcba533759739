"""What the foreign keys take along when a row is deleted, on both engines."""

from collections.abc import AsyncIterator

import pytest

import models.tables
from models.audit_event import AuditEvent
from models.database import opened
from models.migrate import migrate
from models.platform import Platform
from models.user import User
from tests.migrations.chains import silent
from tests.migrations.population import COPIES, fill, linked_tables

pytestmark = pytest.mark.anyio

MODELS = [getattr(models.tables, name) for name in models.tables.__all__]
KEPT = {"platforms", "roles", "audit_events"}
"""Tables whose rows outlive a user, though one of them has links to users."""


@pytest.fixture
async def filled(empty: str) -> AsyncIterator[None]:
    await migrate(empty, report=silent)
    async with opened(empty):
        await fill(MODELS)
        yield


async def test_a_deleted_user_leaves_nothing_behind_but_audit_events_without_the_link(filled: None) -> None:
    gone = await User.all().order_by("email_key").first()
    assert gone is not None
    await gone.delete()

    left = {model._meta.db_table: await model.all().count() for model in MODELS}
    assert left == {
        model._meta.db_table: COPIES - 1
        if model is User or ("users" in linked_tables(model) and model._meta.db_table not in KEPT)
        else COPIES
        for model in MODELS
    }
    links = [(event.actor_id, event.target_id) for event in await AuditEvent.all().order_by("at")]
    users = [user.id for user in await User.all().order_by("email_key")]
    assert links == [(None, None), *((user, user) for user in users)]


async def test_a_deleted_platform_leaves_nothing_of_its_own(filled: None) -> None:
    gone = await Platform.all().order_by("name").first()
    assert gone is not None
    await User.filter(platform_id=gone.id).delete()
    await gone.delete()
    loose = {model._meta.db_table for model in MODELS if not linked_tables(model)}
    for model in MODELS:
        expected = COPIES if model._meta.db_table in loose - {"platforms"} else COPIES - 1
        assert (model._meta.db_table, await model.all().count()) == (model._meta.db_table, expected)
