"""Deciding who the users of a demo platform are."""

from bisect import bisect
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random

from services.demo.batch import Batch
from services.demo.lives import SHARES, Case, life_of
from services.demo.people import name_at
from services.demo.platforms import DemoPlatform, SignIn
from services.demo.setting import Person, Setting, new_id

CASES, CASE_BOUNDS = tuple(SHARES), tuple(accumulate(SHARES.values()))
ROLES, ROLE_BOUNDS = ("Viewer", "Support", "Platform"), (0.89, 0.99, 1.0)
WITH_MFA = 0.6


@dataclass(frozen=True)
class Cast:
    """The same plan, setting and source of chance make the same people."""

    plan: DemoPlatform
    setting: Setting
    source: str

    def batch(self, start: int, end: int) -> Batch:
        """The users from `start` to before `end`, with all their rows; batches have dice of their own."""
        chance, batch = dice(f"{self.source} {start}"), Batch()
        for position in range(start, end):
            batch.add(self._person(position, chance), self.setting, chance)
        return batch

    def _person(self, position: int, chance: Random) -> Person:
        if position < len(self.plan.sign_ins):
            return self._sign_in(position, self.plan.sign_ins[position], chance)
        (name, mailbox), life = name_at(position), life_of(self._case(position, chance), self.setting.now, chance)
        role = ROLES[bisect(ROLE_BOUNDS, chance.random())]
        mfa = life.activated_at is not None and chance.random() < WITH_MFA
        # Rising ids spare the indexes over them a search for each row; names, in whose order lists come, do not rise.
        id = new_id(chance, position / self.plan.users)
        return Person(id, position, role, name, f"{mailbox}@{self.plan.domain}", life, mfa)

    def _sign_in(self, position: int, sign_in: SignIn, chance: Random) -> Person:
        id = new_id(chance) if position else self.setting.inviter_id
        email = f"{sign_in.name.mailbox}@{self.plan.domain}"
        life = replace(life_of(Case.WELL, self.setting.now, chance), password_changed_at=self.setting.now)
        return Person(id, position, sign_in.role, sign_in.name, email, life, plain=True)

    def _case(self, position: int, chance: Random) -> Case:
        shown = position - len(self.plan.sign_ins)
        if shown < len(self.plan.shown_first):
            return self.plan.shown_first[shown]
        return CASES[min(bisect(CASE_BOUNDS, chance.random()), len(CASES) - 1)]


def dice(source: str) -> Random:
    """Chance that repeats itself; nothing secret comes of it."""
    return Random(source)  # noqa: S311
