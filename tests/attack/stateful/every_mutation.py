"""What every mutation promises, whatever it is called: read off the schema."""

from collections.abc import Iterator

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from tests.attack.stateful.model import BY_ITSELF, Model, Step, without
from tests.attack.stateful.promises import MAY_SET_UP

Faults = Iterator[str]
RIGHTS = {"FORBIDDEN", "OWN_ACCOUNT", "TARGET_OUTRANKS_VIEWER", "LAST_ADMINISTRATOR", "NOT_INVITED", "NOT_ACTIVE"}
"""Codes by which `viewerActions` says that something is not allowed."""


class EveryMutation:
    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def broken(self, step: Step, model: Model) -> Faults:
        """By this step; the model is as it was before it."""
        yield from self._either_or(step)
        if not step.done and without(step.before, "lockout") != without(step.after, "lockout"):
            yield f"refused with {step.codes}, and yet {step.before} became {step.after}"
        yield from self._one_version(step)
        yield from self._as_announced(step, model)

    def _either_or(self, step: Step) -> Faults:
        """Errors, or something done; STALE_VERSION alone shows the user besides."""
        payload = get_named_type(self._schema.mutation_type.fields[step.question.name].type)  # type: ignore[union-attr]
        assert isinstance(payload, GraphQLObjectType)
        results = {name for name in payload.fields if name != "errors"}
        shown = {name for name in results if step.payload.get(name) is not None}
        if step.done and results and not shown and results <= step.payload.keys():
            yield "neither errors nor a result"
        if not step.done and shown and step.codes != ["STALE_VERSION"]:
            yield f"both errors {step.codes} and {shown}"

    def _one_version(self, step: Step) -> Faults:
        """At most one more, and one where anything shows."""
        if step.before is None or step.after is None or step.question.name in MAY_SET_UP:
            return
        rise = step.after["version"] - step.before["version"]
        changed = without(step.before, *BY_ITSELF, "version") != without(step.after, *BY_ITSELF, "version")
        if rise not in (0, 1) or (changed and rise == 0):
            yield f"{rise} versions more: {step.before} became {step.after}"

    def _as_announced(self, step: Step, model: Model) -> Faults:
        """`viewerActions` has said whether it is allowed; whoever is not there is NOT_FOUND."""
        action = step.question.action
        if action is None or step.actor is None:
            return
        if step.actions is None:
            if step.input["id"] not in model.people and step.codes != ["NOT_FOUND"]:
                yield f"{step.codes or 'done'} for nobody"
            return
        [said] = [each for each in step.actions if each["action"] == action]
        if said["allowed"] != (said["code"] is None):
            yield f"said of {action}: {said}"
        if not said["allowed"] and step.codes != [said["code"]]:
            yield f"{action} was announced as {said['code']}, and came out as {step.codes or 'done'}"
        if said["allowed"] and RIGHTS & set(step.codes):
            yield f"{action} was announced as allowed, and came out as {step.codes}"
