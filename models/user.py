"""A person of one platform. Facts are stored; status, alerts and locks are computed from them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise import Model, fields
from tortoise.indexes import Index

from models.fields import KeyField
from models.keys import email_key, sort_key, words, words_of_email
from models.platform import Platform
from models.role import Role
from models.text import initial

if TYPE_CHECKING:
    from models.invitation import Invitation

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for "never signed in" where rows are ordered by the last sign-in: null has no place in a cursor."""


STATE = (
    *("platform_id", "disabled_at", "activated_at", "totp_confirmed_at", "role_id"),
    *("password_changed_at", "last_login_at", "locked_at"),
)
"""What totals and facets ask of a row: they are counted in one index, without a look at the rows."""


class User(Model):
    """An account. `email` is the sign-in name; `email_key` is unique over all platforms."""

    id = fields.UUIDField(primary_key=True)
    platform: fields.ForeignKeyRelation[Platform] = fields.ForeignKeyField(
        "models.Platform", related_name=False, on_delete=fields.CASCADE
    )
    platform_id: UUID
    role: fields.ForeignKeyRelation[Role] = fields.ForeignKeyField(
        "models.Role", related_name=False, on_delete=fields.RESTRICT
    )
    role_id: UUID
    email = fields.CharField(max_length=320)
    email_key = KeyField(unique=True)
    first_name = fields.CharField(max_length=100)
    last_name = fields.CharField(max_length=100)
    first_name_key = KeyField()
    last_name_key = KeyField()
    phone_number = fields.CharField(max_length=16, null=True)
    timezone = fields.CharField(max_length=64)

    activated_at = fields.DatetimeField(null=True)
    disabled_at = fields.DatetimeField(null=True)
    disabled_reason = fields.CharField(max_length=500, null=True)
    last_login_at = fields.DatetimeField(null=True)
    last_login_key = fields.DatetimeField(default=NEVER)

    password_hash = fields.CharField(max_length=255, null=True)
    password_changed_at = fields.DatetimeField(null=True)
    failed_sign_ins = fields.IntField(default=0)
    locked_at = fields.DatetimeField(null=True)

    totp_secret: str | None = fields.CharField(max_length=255, null=True)  # type: ignore[assignment]
    totp_pending_secret: str | None = fields.CharField(max_length=255, null=True)  # type: ignore[assignment]
    totp_confirmed_at = fields.DatetimeField(null=True)
    totp_last_step = fields.BigIntField(default=0)
    sso_provider = fields.CharField(max_length=100, null=True)
    sso_linked_at = fields.DatetimeField(null=True)

    invitation: "fields.BackwardOneToOneRelation[Invitation]"
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "users"
        indexes = [
            Index(fields=("platform_id", "last_name_key", "first_name_key", "id"), name="users_by_name"),
            Index(fields=("platform_id", "email_key", "id"), name="users_by_email"),
            Index(fields=("platform_id", "created_at", "id"), name="users_by_creation"),
            Index(fields=("platform_id", "last_login_key", "id"), name="users_by_last_login"),
            Index(fields=("role_id", "platform_id"), name="users_of_role"),
            Index(fields=STATE, name="users_counted"),
            Index(fields=("locked_at",), name="users_by_lock"),
        ]

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def initials(self) -> str:
        """One or two letters, for an avatar without a picture; `?` where neither name has any."""
        return initial(self.first_name) + initial(self.last_name) or "?"

    def rename(self, *, first_name: str | None = None, last_name: str | None = None) -> None:
        """Sets names together with the keys by which they are searched and sorted."""
        if first_name is not None:
            self.first_name, self.first_name_key = first_name, sort_key(first_name)
        if last_name is not None:
            self.last_name, self.last_name_key = last_name, sort_key(last_name)

    def readdress(self, email: str) -> None:
        """Sets the address together with its key."""
        self.email, self.email_key = email, email_key(email)

    def signed_in(self, now: datetime) -> None:
        """Notes a completed sign-in; the first one completes the set-up."""
        self.last_login_at = self.last_login_key = now
        self.activated_at = self.activated_at or now

    def search_words(self) -> set[str]:
        """The words by which `filter.text` finds the user."""
        return words(self.first_name, self.last_name) | words_of_email(self.email)

    @classmethod
    def named(cls, first_name: str, last_name: str, email: str, **facts: Any) -> "User":
        """A new row, not yet saved, with its keys in place."""
        return cls(
            **facts,
            first_name=first_name,
            last_name=last_name,
            email=email,
            email_key=email_key(email),
            first_name_key=sort_key(first_name),
            last_name_key=sort_key(last_name),
        )


class SearchWord(Model):
    """A word of a user's names or address, for `filter.text`: a prefix search is one range of `words_by_prefix`."""

    id = fields.BigIntField(primary_key=True, generated=True)
    platform: fields.ForeignKeyRelation[Platform] = fields.ForeignKeyField(
        "models.Platform", related_name=False, on_delete=fields.CASCADE
    )
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name=False, on_delete=fields.CASCADE
    )
    word = KeyField()

    class Meta:
        table = "search_words"
        unique_together = (("user", "word"),)
        indexes = [Index(fields=("platform_id", "word", "user_id"), name="words_by_prefix")]
