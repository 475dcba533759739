"""The same seed makes the same people."""

from datetime import UTC, datetime

from services.demo.batch import Batch
from services.demo.casting import Cast
from services.demo.platforms import DemoPlatform, demo_platforms
from services.demo.setting import Setting
from services.demo.tables import USERS

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SETTING = Setting(
    platform_id="p",
    platform_name="Demo",
    roles={"Platform": "1", "Support": "2", "Viewer": "3"},
    inviter_id="i",
    inviter_name="Ada Lovelace",
    password_hash="hash",
    totp_secret="sealed",
    now=NOW,
)


def batch(source: str, plan: DemoPlatform = demo_platforms("Demo", 300)[0]) -> Batch:
    return Cast(plan, SETTING, source).batch(0, plan.users)


def test_the_same_seed_makes_the_same_rows_in_every_table() -> None:
    assert batch("1 Demo").rows == batch("1 Demo").rows
    assert all(batch("1 Demo").rows.values())


def test_another_seed_makes_others() -> None:
    one, other = batch("1 Demo").rows[USERS], batch("2 Demo").rows[USERS]
    assert {row[0] for row in one} & {row[0] for row in other} == {"i"}


def test_ids_rise_with_the_position_of_who_is_no_sign_in() -> None:
    ids = [row[0] for row in batch("1 Demo").rows[USERS]][3:]
    assert ids == sorted(ids)
