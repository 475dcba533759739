"""Global ids: opaque for clients, the type's name and the row's UUID for us."""

import base64
import binascii
from uuid import UUID

import strawberry

from schema.errors import BadUserInput


def global_id(type_name: str, id: UUID) -> strawberry.ID:
    """In the URL-safe alphabet by itself: letters, digits and colons never come out as `+` or `/`."""
    return binascii.b2a_base64(f"{type_name}:{id.hex}".encode(), newline=False).rstrip(b"=").decode()  # type: ignore[return-value]


def parse_id(id: str) -> tuple[str, UUID]:
    """The type's name and the UUID. Raises BadUserInput where the text is no id of ours at all."""
    try:
        raw = base64.b64decode(id + "=" * (-len(id) % 4), altchars=b"-_", validate=True).decode("ascii")
        type_name, _, hexadecimal = raw.partition(":")
        uuid = UUID(hex=hexadecimal)
        if uuid.hex != hexadecimal:
            raise ValueError(id)
        return type_name, uuid
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise BadUserInput("This is not an id of this API.") from error


def id_of(type_name: str, id: str) -> UUID | None:
    """The UUID behind an id of this type; None for an id of another type. Raises BadUserInput for no id at all."""
    found, uuid = parse_id(id)
    return uuid if found == type_name else None


def id_or_nothing(type_name: str, id: str) -> UUID | None:
    """For inputs of mutations, where any unusable id is simply the id of no record."""
    try:
        return id_of(type_name, id)
    except BadUserInput:
        return None
