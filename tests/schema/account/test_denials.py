"""Why a guess did not get in: told to the server's figures, and to nobody else."""

import pytest

from services.refusals import Denial
from tests.conftest import StandingClock
from tests.schema.account.documents import (
    CHANGE,
    NEW_PASSWORD,
    RESET,
    SIGN_IN,
    VERIFY,
    challenged,
    codes,
    do,
    sign_in,
    sign_in_wrongly,
    with_mfa,
    wrong_code,
)
from tests.world import PASSWORD, World

pytestmark = pytest.mark.anyio


async def test_each_cause_of_a_refused_sign_in_is_told_apart(world: World, clock: StandingClock) -> None:
    platform, ask = await world.platform(), await world.client()
    await world.user(platform, email="wrong@example.org")
    await world.user(platform, email="last@example.org", failed_sign_ins=4)
    await world.user(platform, email="locked@example.org", locked_at=clock.now, failed_sign_ins=5)
    await world.user(platform, email="disabled@example.org", disabled_at=clock.now)
    await world.user(platform, email="invited@example.org", invited=True)
    for who in ("wrong", "last", "locked", "disabled", "invited", "unknown"):
        answer = await do(ask, SIGN_IN, email=f"{who}@example.org", password="not this one")
        assert codes(answer) == ["INVALID_CREDENTIALS"]
    outcomes = ["WRONG", "LOCKING", "LOCKED", "DISABLED", "NOT_SET_UP", "UNKNOWN_ADDRESS"]
    assert world.guesses == [("signIn", outcome) for outcome in outcomes]
    assert {*outcomes, "CHANGED_MEANWHILE"} == {denial.value for denial in Denial}


async def test_what_is_right_is_told_at_each_step(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform())
    app, ask = await with_mfa(world, ada), await world.client()
    token = await challenged(world, ada)
    assert codes(await do(ask, VERIFY, token=token, code=wrong_code(app, clock.now))) == ["INVALID_CODE"]
    assert (await do(ask, VERIFY, token=token, code=app.at(clock.now)))["session"]
    assert world.guesses == [("signIn", "right"), ("verifyMfa", "WRONG"), ("verifyMfa", "right")]


async def test_a_code_is_told_when_it_locks_and_when_it_comes_after(world: World, clock: StandingClock) -> None:
    ada = await world.user(await world.platform(lockout_threshold=3))
    app, ask = await with_mfa(world, ada), await world.client()
    token = await challenged(world, ada)
    for _ in range(3):
        await do(ask, VERIFY, token=token, code=wrong_code(app, clock.now))
    await do(ask, VERIFY, token=token, code=app.at(clock.now))
    await sign_in_wrongly(world, ada)
    outcomes = [outcome for _, outcome in world.guesses]
    assert outcomes == ["right", "WRONG", "WRONG", "LOCKING", "LOCKED", "LOCKED"]


async def test_other_guesses_are_told_by_their_mutation(world: World) -> None:
    ada = await world.user(await world.platform())
    own = await world.client(ada)
    assert codes(await do(own, CHANGE, old="not this one", new=NEW_PASSWORD)) == ["INVALID_CREDENTIALS"]
    assert codes(await do(own, RESET, token="no such link", password=NEW_PASSWORD)) == ["INVALID_TOKEN"]
    assert (await sign_in(world, ada, PASSWORD))["session"]
    expected = [("changePassword", "WRONG"), ("resetPassword", "INVALID_TOKEN"), ("signIn", "right")]
    assert world.guesses == expected
