"""The invented people themselves."""

import re
from itertools import product
from math import gcd
from random import Random

import pytest

from models.keys import sort_key, words
from services import validation
from services.demo.countries import COUNTRIES, Country
from services.demo.people import NAMES, STRIDE, name_at, phone_of
from services.phone_numbers import phone_number


def test_names_are_as_the_api_would_store_them() -> None:
    names = {name.first for name in NAMES} | {name.last for name in NAMES}
    assert {name for name in names if validation.name(name) != name} == set()
    assert {"O'Brien", "García Márquez", "Jean-Luc", "Łukasz", "さくら", "İbrahim"} <= names


def test_keys_and_words_are_those_of_the_model() -> None:
    for name in NAMES:
        assert (name.first_key, name.last_key) == (sort_key(name.first), sort_key(name.last))
        assert name.words == words(name.first, name.last)


def test_mailboxes_are_plain_and_nobody_shares_one() -> None:
    boxes = [name.mailbox for name in NAMES]
    assert [box for box in boxes if not re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*", box)] == []
    assert len(set(boxes)) == len(boxes)


def test_every_name_comes_before_any_comes_again() -> None:
    assert gcd(STRIDE, len(NAMES)) == 1
    people = [name_at(position) for position in range(3 * len(NAMES))]
    assert len({name for name, _ in people[: len(NAMES)]}) == len(NAMES)
    assert len({mailbox for _, mailbox in people}) == len(people)


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.timezones[0])
def test_phone_numbers_and_time_zones_are_valid(country: Country) -> None:
    for zone, seed in product(country.timezones, range(20)):
        assert validation.time_zone(zone) == zone
        number = phone_of(country, Random(seed))
        assert number is None or phone_number(number) == number
