"""Inputs of which "not given" and "given as null" mean different things."""

from enum import Enum


class Unset(Enum):
    """Stands for a value that was not given, where None means "clear it"."""

    UNSET = "unset"


UNSET = Unset.UNSET
Given = str | None | Unset
