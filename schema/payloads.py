"""How mutations answer: the one mechanism that turns a service's refusal into the payload's `errors`."""

import functools
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any, Self, TypeVar

import strawberry
from strawberry.types.field import StrawberryField

from schema.context import Context, Info
from schema.enums import ErrorCode
from services.refusals import RateLimited, Refusal, refusals_in

Resolver = TypeVar("Resolver", bound=Callable[..., Awaitable[Any]])


@strawberry.type(description="Why a mutation was not done.")
class MutationError:
    code: ErrorCode = strawberry.field(description="What a program decides by.")
    message: str = strawberry.field(description="A sentence for people.")
    field: list[str] | None = strawberry.field(
        description='The way to the field at fault: `["input", "email"]`; null where no single field is.', default=None
    )
    retry_after: int | None = strawberry.field(
        description="Seconds after which a try makes sense again; with RATE_LIMITED.", default=None
    )


@strawberry.interface(description="What every mutation returns.")
class MutationPayload:
    errors: list[MutationError] = strawberry.field(
        description="Empty: it is done. Otherwise nothing was changed.", default_factory=list
    )

    @classmethod
    async def refused(cls, info: Info, refusals: list[Refusal]) -> Self:
        """The payload of something not done; a payload that shows more then says so here."""
        return cls(errors=[as_error(refusal) for refusal in refusals])


@strawberry.type(description="Nothing but whether it was done.")
class AcknowledgedPayload(MutationPayload):
    pass


def mutation(resolver: Resolver, description: str, *, guesses: bool = False) -> StrawberryField:
    """A mutation field; refusals that the resolver's services raise become the payload's errors.

    `guesses`: it takes a password, code or link, so an operation may hold one such field only, and an address of
    origin that has guessed wrong too often is not heard.
    """
    payload = resolver.__annotations__["return"]

    @functools.wraps(resolver)
    async def answered(*args: Any, **kwargs: Any) -> Any:
        context: Context = kwargs["info"].context
        context.forget()
        counting = context.tools.origin_limit.counting(context.origin, context.now) if guesses else nullcontext()
        try:
            async with counting:
                return await resolver(*args, **kwargs)
        except* Refusal as group:
            refusals = refusals_in(group)
        return await payload.refused(kwargs["info"], refusals)

    field: StrawberryField = strawberry.mutation(
        resolver=answered, description=description, metadata={"guesses": guesses}
    )
    return field


def as_error(refusal: Refusal) -> MutationError:
    return MutationError(
        code=refusal.code,
        message=refusal.message,
        field=["input", _camel(refusal.field)] if refusal.field else None,
        retry_after=refusal.retry_after if isinstance(refusal, RateLimited) else None,
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
