"""The scalars of the API; each is a string on the wire."""

from datetime import UTC, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from services.instants import BadInstant, instant_of

EmailAddress = NewType("EmailAddress", str)
PhoneNumber = NewType("PhoneNumber", str)
TimeZone = NewType("TimeZone", str)
URL = NewType("URL", str)


def instant_text(value: datetime) -> str:
    """RFC 3339 in UTC, with the `Z` that RFC allows for an offset of zero."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant(text: object) -> datetime:
    """The instant of an input, see `instant_of`. Raises GraphQLError."""
    if not isinstance(text, str):
        raise _unfit("An instant is a string such as 2026-11-22T12:00:00Z.")
    try:
        return instant_of(text)
    except BadInstant as error:
        raise _unfit(str(error)) from None


def _unfit(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})


def _text(name: str, description: str, url: str) -> ScalarDefinition:
    def parsed(value: object) -> str:
        """Raises GraphQLError: text made of a number or an object would be Python's."""
        if not isinstance(value, str):
            raise _unfit(f"{name} is a string.")
        return value

    return strawberry.scalar(
        name=name, description=description, specified_by_url=url, serialize=str, parse_value=parsed
    )


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant, RFC 3339: in UTC in answers, with any offset in inputs.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=instant_text,
        parse_value=instant,
    ),
    EmailAddress: _text(
        "EmailAddress",
        "An e-mail address, normalised: trimmed, domain in lower case and in Unicode; compared without case, and "
        "with the domain in Unicode or Punycode alike.",
        "https://www.rfc-editor.org/rfc/rfc5322",
    ),
    PhoneNumber: _text(
        "PhoneNumber", "A phone number in E.164: `+14155550132`.", "https://www.itu.int/rec/T-REC-E.164"
    ),
    TimeZone: _text(
        "TimeZone", "A time zone's name in the IANA database: `Europe/Berlin`.", "https://www.iana.org/time-zones"
    ),
    URL: _text(
        "URL", "A whole URL, with its scheme: `https://app.example.org`.", "https://www.rfc-editor.org/rfc/rfc3986"
    ),
}
