"""What every mutation promises, whatever it is called: read off the schema."""

from collections.abc import Iterator

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from tests.attack.stateful.model import BY_ITSELF, Step, without
from tests.attack.stateful.promises import MAY_SET_UP
from tests.attack.stateful.seen import Seen

Faults = Iterator[str]


class EveryMutation:
    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def broken(self, step: Step) -> Faults:
        """By this step."""
        yield from self._either_or(step)
        yield from self._nothing_else(step)
        yield from self._one_version(step)
        yield from self._expected_version(step)

    def _results(self, step: Step) -> set[str]:
        payload = get_named_type(self._schema.mutation_type.fields[step.question.name].type)  # type: ignore[union-attr]
        assert isinstance(payload, GraphQLObjectType)
        return {name for name in payload.fields if name != "errors"}

    def _either_or(self, step: Step) -> Faults:
        """Errors, or something done; STALE_VERSION alone shows the user besides."""
        results = self._results(step)
        shown = {name for name in results if step.payload[name] is not None}
        if step.done and results and not shown:
            yield "neither errors nor a result"
        if not step.done and shown and step.codes != ["STALE_VERSION"]:
            yield f"both errors {step.codes} and {shown}"

    def _nothing_else(self, step: Step) -> Faults:
        """Refused: nothing but a lock has changed. Done: nobody else, and roles and rules only where they are shown."""
        if not step.done:
            yield from nothing_changed(step.earlier, step.later)
            return
        results = self._results(step)
        if step.earlier.others() != step.later.others():
            yield f"others have changed: {step.earlier.others()} became {step.later.others()}"
        if not results & {"role", "deletedRoleId"} and step.earlier.roles != step.later.roles:
            yield f"{step.earlier.roles} became {step.later.roles}"
        if "platform" not in results and step.earlier.platform != step.later.platform:
            yield f"{step.earlier.platform} became {step.later.platform}"

    def _one_version(self, step: Step) -> Faults:
        """At most one more, and one where anything shows."""
        if step.before is None or step.after is None or step.question.name in MAY_SET_UP:
            return
        rise = step.after["version"] - step.before["version"]
        changed = without(step.before, *BY_ITSELF, "version") != without(step.after, *BY_ITSELF, "version")
        if rise not in (0, 1) or (changed and rise == 0):
            yield f"{rise} versions more: {step.before} became {step.after}"

    def _expected_version(self, step: Step) -> Faults:
        """Of another version than the one that was read nothing is changed."""
        expected = step.input.get("expectedVersion")
        stale = expected is not None and step.before is not None and expected != step.before["version"]
        if step.done and stale:
            yield f"version {expected} was expected, and {step.before} was changed"
        if "STALE_VERSION" in step.codes and not stale:
            yield f"version {expected} is that of {step.before}, and was refused"


def nothing_changed(earlier: Seen, later: Seen) -> Faults:
    """A lock may have come or gone."""
    for was, became in (
        (without(earlier.user, "lockout"), without(later.user, "lockout")),
        (earlier.people, later.people),
        (earlier.roles, later.roles),
        (earlier.platform, later.platform),
    ):
        if was != became:
            yield f"nothing was done, and yet {was} became {became}"
