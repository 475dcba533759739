"""Who may read the schema: by introspection, and by what error messages tell of its names."""

from graphql import GraphQLError

from schema.context import Context
from schema.errors import BadUserInput, Unauthenticated
from schema.execution.rules import Introspection


def may_introspect(policy: Introspection, context: Context) -> bool:
    return policy == "public" or (policy == "signed-in" and context.actor is not None)


def introspection_refused(policy: Introspection) -> GraphQLError:
    if policy == "signed-in":
        return Unauthenticated("Sign in first: only users may read the schema.")
    return BadUserInput("Introspection is switched off.")
