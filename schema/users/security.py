"""The security card of a user: MFA, SSO, password and lock."""

from datetime import datetime

import strawberry

from models.lockout import is_locked, lock_ends_at
from models.password import password_expired, password_expires_at
from models.platform import Platform
from models.status import has_mfa, has_sso
from models.user import User
from schema.context import Info
from schema.enums import MfaMethod


@strawberry.type(description="Whether and how a second factor protects the account.")
class MfaStatus:
    user: strawberry.Private[User]
    enabled: bool = strawberry.field(description="Whether a second factor is asked for at sign-in.")
    methods: list[MfaMethod] = strawberry.field(description="The second factors that are set up.")
    enrolled_at: datetime | None = strawberry.field(description="Null without MFA.")

    @strawberry.field(description="Unused single-use codes that stand in for a lost authenticator.")
    async def recovery_codes_left(self, info: Info) -> int:
        return await info.context.recovery_codes_left.load(self.user.id) if self.enabled else 0


@strawberry.type(description="Whether an identity provider signs the user in.")
class SsoStatus:
    enabled: bool = strawberry.field(description="Whether the account is linked to an identity provider.")
    provider: str | None = strawberry.field(description="The name of the identity provider.")
    linked_at: datetime | None = strawberry.field(description="Null without SSO.")


@strawberry.type(description="The state of the password; never the password.")
class PasswordStatus:
    is_set: bool = strawberry.field(description="False until the invitation is accepted.")
    changed_at: datetime | None = strawberry.field(description="Null where none is set.")
    expires_at: datetime | None = strawberry.field(description="Null where passwords do not expire.")
    expired: bool = strawberry.field(description="Whether it must be changed at the next sign-in.")


@strawberry.type(description="A lock after too many failed sign-ins.")
class Lockout:
    locked_at: datetime = strawberry.field(description="When the last failure locked the account.")
    until: datetime | None = strawberry.field(
        description="When it ends by itself; null: when an administrator unlocks."
    )
    failed_attempts: int = strawberry.field(description="Failed sign-ins in a row, those during the lock included.")


def mfa_status(user: User) -> MfaStatus:
    enabled = has_mfa(user)
    methods = [MfaMethod.TOTP] if enabled else []
    return MfaStatus(user=user, enabled=enabled, methods=methods, enrolled_at=user.totp_confirmed_at)


def sso_status(user: User) -> SsoStatus:
    return SsoStatus(enabled=has_sso(user), provider=user.sso_provider, linked_at=user.sso_linked_at)


def password_status(user: User, policy: Platform, now: datetime) -> PasswordStatus:
    return PasswordStatus(
        is_set=user.password_hash is not None,
        changed_at=user.password_changed_at,
        expires_at=password_expires_at(user, policy),
        expired=password_expired(user, policy, now),
    )


def lockout(user: User, policy: Platform, now: datetime) -> Lockout | None:
    if user.locked_at is None or not is_locked(user, policy, now):
        return None
    return Lockout(
        locked_at=user.locked_at,
        until=lock_ends_at(user, policy),
        failed_attempts=user.failed_sign_ins,
    )
