"""Rows of some users at once, table by table."""

from datetime import timedelta
from random import Random

from models.keys import words_of_email
from services.demo.belongings import events, invitation, invitation_mail, recovery_codes, session
from services.demo.lives import Case
from services.demo.setting import Person, Setting, new_id
from services.demo.tables import (
    AUDIT_EVENTS,
    INVITATIONS,
    MAILS,
    RECOVERY_CODES,
    SEARCH_WORDS,
    SESSIONS,
    USERS,
    Row,
    Table,
)
from services.demo.user_row import user_row

IN_FULL, THINNED = 1000, 20
"""The first thousand users come with all their sessions, codes and events, later ones one in twenty: no list shows
these, and a million users are there sooner."""

SIGNED_IN = timedelta(hours=20)
"""Whoever signed in this recently still is."""


class Batch:
    """Tables are in an order in which no foreign key points ahead."""

    def __init__(self) -> None:
        self.rows: dict[Table, list[Row]] = {
            table: [] for table in (USERS, SEARCH_WORDS, MAILS, INVITATIONS, SESSIONS, RECOVERY_CODES, AUDIT_EVENTS)
        }

    def add(self, person: Person, setting: Setting, chance: Random) -> None:
        self.rows[USERS].append(user_row(person, setting, chance))
        found = person.name.words | words_of_email(person.email)
        self.rows[SEARCH_WORDS].extend((setting.platform_id, person.id, word) for word in sorted(found))
        if person.life.invited_at is not None:
            mail_id = new_id(chance)
            self.rows[MAILS].append(invitation_mail(mail_id, person, person.life.invited_at, setting))
            self.rows[INVITATIONS].append(invitation(person, person.life.invited_at, mail_id, setting, chance))
        if person.position < IN_FULL or person.position % THINNED == 0:
            self._add_the_rest(person, setting, chance)

    def _add_the_rest(self, person: Person, setting: Setting, chance: Random) -> None:
        self.rows[AUDIT_EVENTS].extend(events(person, setting, chance))
        if person.mfa:
            self.rows[RECOVERY_CODES].extend(recovery_codes(person, chance))
        started_at = person.life.last_login_at
        if person.life.case is Case.WELL and started_at and setting.now - started_at < SIGNED_IN and not person.plain:
            self.rows[SESSIONS].append(session(person, started_at, setting.now, chance))
