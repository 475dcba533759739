"""Arguments of pages: each that cannot be used is refused with the sentence that names it."""

from itertools import combinations
from typing import Any

import pytest

from services.paging import EXCLUSIVE, BadPage, PageArguments

GIVEN: dict[str, Any] = {"first": 5, "after": "x", "last": 5, "before": "x", "offset": 5}
FIT = [{"first"}, {"first", "after"}, {"after"}, {"last"}, {"last", "before"}, {"offset"}, {"first", "offset"}, set()]


@pytest.mark.parametrize("given", [names for size in range(6) for names in combinations(GIVEN, size)], ids="-".join)
def test_every_combination_is_taken_or_refused_for_two_arguments_that_are_given(given: tuple[str, ...]) -> None:
    arguments, names = {name: GIVEN[name] for name in given}, set(given)
    if names in FIT:
        assert vars(PageArguments(**arguments)) == dict.fromkeys(GIVEN) | arguments
        return
    with pytest.raises(BadPage) as refused:
        PageArguments(**arguments)
    message = str(refused.value)
    if names == {"before"}:
        assert message == "`before` needs `last`, the number of rows before the cursor."
    else:
        assert message in {said for pair, said in EXCLUSIVE.items() if names >= set(pair)}


def test_each_message_names_its_two_arguments_first() -> None:
    for pair, message in EXCLUSIVE.items():
        said = [name for name in message.split("`") if name in GIVEN]
        assert set(pair) <= set(said)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first": 0}, "`first` must be between 1 and 100."),
        ({"first": -1}, "`first` must be between 1 and 100."),
        ({"first": 101}, "`first` must be between 1 and 100."),
        ({"last": 0}, "`last` must be between 1 and 100."),
        ({"last": 101, "before": "x"}, "`last` must be between 1 and 100."),
        ({"first": 0, "last": 5}, "Give `first` or `last`, not both."),
        ({"first": 5, "before": "x"}, "`first` goes with `after`, not with `before`."),
        ({"last": 5, "after": "x"}, "`last` goes with `before`, not with `after`."),
        ({"offset": -1}, "`offset` must be between 0 and 2147483647."),
        ({"offset": 2**31}, "`offset` must be between 0 and 2147483647."),
        ({"offset": 0, "last": 5}, "Give `offset` or `last`, not both."),
        ({"offset": 0, "after": ""}, "Give `offset` or `after`, not both."),
    ],
)
def test_a_message_says_what_is_wrong(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(BadPage) as refused:
        PageArguments(**arguments)
    assert str(refused.value) == message
