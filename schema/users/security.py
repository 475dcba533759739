"""The security card of a user: MFA, SSO, password and lock. The first three are parts of the user's row."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

import strawberry

from models.lockout import is_locked, lock_ends_at
from models.password import password_expired, password_expires_at
from models.platform import Platform
from models.status import has_mfa, has_sso
from models.user import User
from schema.context import Info
from schema.enums import MfaMethod
from schema.rows import judged, needs, of_row

METHODS = [MfaMethod.TOTP]


@strawberry.type(description="Whether and how a second factor protects the account.")
class MfaStatus:
    enabled: bool = of_row(has_mfa, "totp_confirmed_at", description="Whether a second factor is asked for at sign-in.")
    methods: list[MfaMethod] = of_row(
        lambda user: METHODS if has_mfa(user) else [],
        "totp_confirmed_at",
        description="The second factors that are set up.",
    )
    enrolled_at: datetime | None = of_row(
        lambda user: user.totp_confirmed_at, "totp_confirmed_at", description="Null without MFA."
    )

    @strawberry.field(
        metadata=needs("totp_confirmed_at"),
        description="Unused single-use codes that stand in for a lost authenticator.",
    )
    async def recovery_codes_left(self, info: Info) -> int:
        user = cast("User", self)
        return await info.context.recovery_codes_left.load(user.id) if has_mfa(user) else 0


@strawberry.type(description="Whether an identity provider signs the user in.")
class SsoStatus:
    enabled: bool = of_row(
        has_sso, "sso_linked_at", description="Whether the account is linked to an identity provider."
    )
    provider: str | None = of_row(
        lambda user: user.sso_provider,
        "sso_provider",
        description="The name of the identity provider; null without SSO.",
    )
    linked_at: datetime | None = of_row(
        lambda user: user.sso_linked_at, "sso_linked_at", description="Null without SSO."
    )


@strawberry.type(description="The state of the password; never the password.")
class PasswordStatus:
    is_set: bool = of_row(
        lambda user: user.password_hash is not None,
        "password_hash",
        description="False until the invitation is accepted.",
    )
    changed_at: datetime | None = of_row(
        lambda user: user.password_changed_at, "password_changed_at", description="Null where none is set."
    )
    expires_at: datetime | None = judged(
        lambda policy, now: lambda user: password_expires_at(user, policy),
        "password_changed_at",
        description="Null where passwords do not expire.",
    )
    expired: bool = judged(
        lambda policy, now: lambda user: password_expired(user, policy, now),
        "password_changed_at",
        description="Whether it must be changed at the next sign-in.",
    )


@strawberry.type(description="A lock after too many failed sign-ins.")
class Lockout:
    locked_at: datetime = strawberry.field(description="When the last failure locked the account.")
    until: datetime | None = strawberry.field(
        description="When it ends by itself; null: when an administrator unlocks."
    )
    failed_attempts: int = strawberry.field(description="Failed sign-ins in a row, those during the lock included.")


def lockout(policy: Platform, now: datetime) -> Callable[[User], Lockout | None]:
    def lock_of(user: User) -> Lockout | None:
        if user.locked_at is None or not is_locked(user, policy, now):
            return None
        until = lock_ends_at(user, policy)
        return Lockout(locked_at=user.locked_at, until=until, failed_attempts=user.failed_sign_ins)

    return lock_of
