"""A set-up that was begun at one address must not be finished at another."""

import pytest

from tests.world import PASSWORD, World, password_hash, user_id

pytestmark = pytest.mark.anyio

SIGN_IN = """
mutation ($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { challenge { kind token } errors { code } }
}
"""
BEGIN = "mutation ($t: String!) { beginMfaEnrollment(input: {challengeToken: $t}) { secret errors { code } } }"
CHANGE = """
mutation ($id: ID!) { changeUserEmail(input: {id: $id, email: "right@example.org"}) { errors { code } } }
"""


async def test_a_new_address_ends_what_the_reader_of_the_old_one_has_begun(world: World) -> None:
    platform = await world.platform(mfa_required=True)
    ask, stranger = await world.client(await world.admin(platform)), await world.client()
    set_up = {"password_hash": password_hash(), "password_changed_at": world.clock.now, "totp_pending_secret": "x"}
    invited = await world.user(platform, invited=True, email="wrong@example.org", **set_up)
    begun = (await stranger(SIGN_IN, email="wrong@example.org", password=PASSWORD)).data["signIn"]["challenge"]
    assert begun["kind"] == "MFA_ENROLLMENT"
    assert (await ask(CHANGE, id=user_id(invited))).data["changeUserEmail"]["errors"] == []
    refused = (await stranger(BEGIN, t=begun["token"])).data["beginMfaEnrollment"]
    assert refused == {"secret": None, "errors": [{"code": "INVALID_TOKEN"}]}
    answer = (await stranger(SIGN_IN, email="right@example.org", password=PASSWORD)).data["signIn"]
    assert answer == {"challenge": None, "errors": [{"code": "INVALID_CREDENTIALS"}]}
    whole = await world.whole(invited.id)
    assert (whole.password_hash, whole.password_changed_at, whole.totp_pending_secret) == (None, None, None)
