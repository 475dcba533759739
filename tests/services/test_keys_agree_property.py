"""Whatever is stored is found, however the search is spelled, on both engines."""

import unicodedata
from collections.abc import Callable
from uuid import uuid4

import idna
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from models.user import User
from services.email_addresses import email_address
from services.refusals import Invalid
from services.user_conditions import rows_that_match, text_condition
from services.user_query import UserQuery
from services.validation import name as person_name
from services.visibility import signing_in_as
from tests.world import World

pytestmark = pytest.mark.anyio
ON_ONE_DATABASE = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
INVISIBLE = st.text("\u00ad\u200b\u200e\u202e\u2060\ufeff", max_size=2)
"""What nobody sees and no spelling needs."""
FORMS = st.sampled_from(["NFC", "NFD"])
DOMAINS = st.from_regex(r"[aäbßsøñ]{1,5}\.(example|москва)", fullmatch=True)
ADDRESSES = st.builds("{}@{}".format, st.from_regex(r"[aAäßsiİıΣςσk]{1,6}(\.[aß])?", fullmatch=True), DOMAINS)
NAMES = st.text("aAéłØßıİæÞŋĲ字한ि'’-‐ ", min_size=1, max_size=10)


def accepted(check: Callable[[str], str]) -> Callable[[str], str]:
    """The checked text, or nothing where it is refused."""

    def checked(text: str) -> str:
        try:
            return check(text)
        except Invalid:
            return ""

    return checked


def other_case(letter: str) -> str:
    """The capital, where it is that of no other letter; otherwise the letter itself."""
    return letter.upper() if letter.upper().lower() == letter else letter


@st.composite
def respelled_addresses(draw: st.DrawFn) -> tuple[str, str]:
    """An address as it is stored, and as somebody else, another program or another keyboard would write it."""
    stored = address = draw(ADDRESSES.map(accepted(email_address)).filter(bool))
    local, _, domain = address.rpartition("@")
    local = draw(st.sampled_from([local, "".join(map(other_case, local))]))
    wide = "".join(chr(ord(letter) + 0xFEE0) if letter.isascii() else letter for letter in domain)
    capitals = domain.replace("ß", "ẞ").upper()
    domain = draw(st.sampled_from([domain, capitals, wide, idna.encode(domain).decode()]))
    between = draw(INVISIBLE) if domain.isascii() else ""
    typed = unicodedata.normalize(draw(FORMS), f"{local}{between}@{domain}")
    return stored, draw(INVISIBLE) + typed + draw(INVISIBLE)


@st.composite
def respelled_names(draw: st.DrawFn) -> tuple[str, str]:
    """A name as it is stored, and its beginning in another case and form, with other apostrophes and hyphens."""
    name = draw(NAMES.map(accepted(person_name)).filter(bool))
    typed = unicodedata.normalize(draw(FORMS), name)
    typed = typed[: draw(st.integers(1, len(typed)))]
    typed = draw(st.sampled_from([typed, typed.upper(), typed.lower(), typed.casefold()]))
    for old, new in (("'", "ʼ"), ("’", "'"), ("-", "–"), (" ", " \u3000"), ("ł", "L"), ("Ø", "o"), ("æ", "AE")):
        typed = typed.replace(old, draw(st.sampled_from([old, new])))
    return name, draw(INVISIBLE).join([" ", typed, draw(st.sampled_from(["", " "]))])


@given(spellings=respelled_addresses())
@ON_ONE_DATABASE
async def test_an_address_is_found_in_every_spelling(world: World, spellings: tuple[str, str]) -> None:
    stored, typed = spellings
    platform = await world.platform(uuid4().hex)
    user = await world.user(platform, email=stored)
    assert [found.id for found in await signing_in_as(typed)] == [user.id]
    condition = await text_condition(platform.id, UserQuery(text=typed))
    assert [found.id for found in await User.filter(condition)] == [user.id]
    await user.delete()


@given(address=ADDRESSES, other=ADDRESSES)
@ON_ONE_DATABASE
async def test_addresses_of_two_domains_are_two_accounts(world: World, address: str, other: str) -> None:
    domain, another = address.rpartition("@")[2], other.rpartition("@")[2]
    assume(idna.encode(domain, uts46=True) != idna.encode(another, uts46=True))
    platform = await world.platform(uuid4().hex)
    users = [await world.user(platform, email=f"ida@{each}") for each in (domain, another)]
    assert [found.id for found in await signing_in_as(f"ida@{domain}")] == [users[0].id]
    await User.filter(platform_id=platform.id).delete()


@given(spellings=respelled_names())
@ON_ONE_DATABASE
async def test_a_name_is_found_by_every_spelling_of_its_beginning(world: World, spellings: tuple[str, str]) -> None:
    stored, typed = spellings
    platform = await world.platform(uuid4().hex)
    user = await world.user(platform, "X", stored)
    query = UserQuery(search=typed)
    assert [found.id for found in await rows_that_match(platform.id, platform, query, world.clock.now)] == [user.id]
    await user.delete()
