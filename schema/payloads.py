"""How mutations answer: the one mechanism that turns a service's refusal into the payload's `errors`."""

import functools
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Self, TypeVar

import strawberry
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from models.repeating import repeated
from schema.context import Context, Info
from schema.enums import ErrorCode
from services.guessing import guessing
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

    It is done again as a whole where the database undid it for another transaction's sake.
    `guesses`: it takes a password, code or link, so an operation may hold one such field only, and an address of
    origin that has guessed wrong too often is not heard.
    """
    answered = _answering(resolver, guesses=guesses)
    field: StrawberryField = strawberry.mutation(
        resolver=answered, description=description, metadata={"guesses": guesses}
    )
    _describe_arguments(field)
    return field


def _answering(resolver: Resolver, *, guesses: bool) -> Callable[..., Awaitable[Any]]:
    payload, name = resolver.__annotations__["return"], _camel(resolver.__name__)

    @repeated
    async def done(*args: Any, **kwargs: Any) -> Any:
        kwargs["info"].context.forget()
        return await resolver(*args, **kwargs)

    @functools.wraps(resolver)
    async def answered(*args: Any, **kwargs: Any) -> Any:
        context: Context = kwargs["info"].context
        try:
            async with _guess(context, name) if guesses else nullcontext():
                return await done(*args, **kwargs)
        except* Refusal as group:
            refusals = refusals_in(group)
        return await payload.refused(kwargs["info"], refusals)

    return answered


def _guess(context: Context, mutation: str) -> AbstractAsyncContextManager[None]:
    told = functools.partial(context.tools.guessed, mutation)
    return guessing(context.tools.origin_limit, context.origin, context.now, told)


def _describe_arguments(field: StrawberryField) -> None:
    """Inputs are described where they are defined; their arguments get the same words."""
    for argument in field.arguments:
        argument.description = get_object_definition(argument.type, strict=True).description


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
