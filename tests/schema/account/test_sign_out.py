"""`signOut`"""

import pytest

from tests.schema.users.witness import nothing_changes, sessions_of
from tests.world import World

pytestmark = pytest.mark.anyio

SIGN_OUT = "mutation { signOut { errors { code } } }"
VIEWER = "{ viewer { firstName } }"


async def test_signing_out_ends_this_session_and_no_other(world: World) -> None:
    platform = await world.platform()
    ada, eve = await world.user(platform), await world.user(platform, "Eve")
    here, there, hers = await world.client(ada), await world.client(ada), await world.client(eve)
    assert (await here(SIGN_OUT)).data == {"signOut": {"errors": []}}
    assert (await here(VIEWER)).data == {"viewer": None}
    assert (await there(VIEWER)).data == {"viewer": {"firstName": "Ada"}}
    assert (await hers(VIEWER)).data == {"viewer": {"firstName": "Eve"}}
    assert (await sessions_of(ada), await sessions_of(eve)) == (1, 1)
    assert await world.events(actor_id=ada.id) == ["session.ended"]


async def test_nobody_cannot_sign_out(world: World) -> None:
    ada = await world.user(await world.platform())
    here = await world.client(ada)
    await here(SIGN_OUT)
    async with nothing_changes():
        for ask in (here, await world.client()):
            answer = await ask(SIGN_OUT)
            assert (answer.codes, answer.body["data"]) == (["UNAUTHENTICATED"], None)
