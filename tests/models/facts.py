"""Invented facts about users, crowded around the limits of an invented policy, for property tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st

from models.invitation import Invitation
from models.mail import Mail, MailKind, MailState
from models.platform import Platform
from models.user import NEVER, SearchWord, User
from services.visibility import WHOLE

AROUND = [timedelta(microseconds=micro) for micro in (-86_400_000_000, -1, 0, 1, 86_400_000_000)]
NAMES = ["Ada", "ada", "Ádá", "Adam", "Bo", "Müller", "Muller", "d'Arc", "Ng", "किशोर"]


@dataclass(frozen=True)
class Case:
    """One moment, one policy, and the facts of some users."""

    now: datetime
    policy: dict[str, Any]
    users: list[dict[str, Any]]

    def platform(self) -> Platform:
        """The policy as the rules read it; not a row of the database."""
        return Platform(id=uuid4(), name="Policy", created_at=self.now, **self.policy)


POLICIES = st.fixed_dictionaries(
    {
        "lockout_minutes": st.sampled_from([0, 1, 15]),
        "password_max_age_days": st.sampled_from([0, 1, 90]),
        "dormant_after_days": st.sampled_from([0, 1, 90]),
        "mfa_required": st.booleans(),
    }
)
MOMENTS = st.datetimes(datetime(2000, 1, 3), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def _around(instant: datetime) -> st.SearchStrategy[datetime | None]:
    return st.none() | st.sampled_from([instant + distance for distance in AROUND])


def _facts(now: datetime, policy: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "first_name": st.sampled_from(NAMES),
            "last_name": st.sampled_from(NAMES),
            "created_at": _around(now).map(lambda at: at or now),
            "activated_at": _around(now),
            "disabled_at": st.none() | _around(now),
            "last_login_at": _around(now - timedelta(days=policy["dormant_after_days"])),
            "password_changed_at": _around(now - timedelta(days=policy["password_max_age_days"])),
            "locked_at": _around(now - timedelta(minutes=policy["lockout_minutes"])),
            "totp_confirmed_at": _around(now),
            "sso_linked_at": _around(now),
            "invitation_expires_at": _around(now),
            "mail_state": st.none() | st.sampled_from(list(MailState)),
        }
    )


@st.composite
def cases(draw: st.DrawFn, least: int = 1) -> Case:
    now, policy = draw(MOMENTS), draw(POLICIES)
    return Case(now, policy, draw(st.lists(_facts(now, policy), min_size=least, max_size=8)))


async def write(
    users: Sequence[dict[str, Any]], platform_id: UUID, role_ids: Sequence[UUID], *, others_stay: bool = False
) -> list[User]:
    """Rows of the facts, in place of all users who are there; the roles go round. Gives all users, whole."""
    if not others_stay:
        await User.filter(platform_id=platform_id).delete()
    rows = [_user(facts, platform_id, role_ids[n % len(role_ids)]) for n, facts in enumerate(users)]
    await User.bulk_create(rows)
    await SearchWord.bulk_create(
        SearchWord(platform_id=platform_id, user_id=row.id, word=word) for row in rows for word in row.search_words()
    )
    invited = [(row, facts) for row, facts in zip(rows, users, strict=True) if facts["invitation_expires_at"]]
    mails = {row.id: _mail(row, facts["mail_state"]) for row, facts in invited if facts["mail_state"]}
    await Mail.bulk_create(mails.values())
    await Invitation.bulk_create(
        Invitation(
            id=uuid4(),
            user_id=row.id,
            mail_id=mails[row.id].id if row.id in mails else None,
            sent_at=row.created_at,
            expires_at=facts["invitation_expires_at"],
        )
        for row, facts in invited
    )
    return await User.filter(platform_id=platform_id).select_related(*WHOLE)


def _user(facts: dict[str, Any], platform_id: UUID, role_id: UUID) -> User:
    columns = {name: value for name, value in facts.items() if name not in ("invitation_expires_at", "mail_state")}
    id = uuid4()
    return User.named(
        columns.pop("first_name"),
        columns.pop("last_name"),
        f"{id.hex}@example.org",
        id=id,
        platform_id=platform_id,
        role_id=role_id,
        timezone="UTC",
        updated_at=facts["created_at"],
        last_login_key=facts["last_login_at"] or NEVER,
        **columns,
    )


def _mail(user: User, state: MailState) -> Mail:
    kind, at = MailKind.INVITATION.value, user.created_at
    return Mail(
        id=uuid4(), user_id=user.id, kind=kind, recipient=user.email, state=state.value, created_at=at, due_at=at
    )
