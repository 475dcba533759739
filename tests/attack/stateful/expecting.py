"""How promises are written down: what is found, held against what was promised."""

from collections.abc import Iterator

from tests.attack.stateful.model import Step

Faults = Iterator[str]


def expect(what: str, found: object, expected: object) -> Faults:
    if found != expected:
        yield f"{what}: {found!r} instead of {expected!r}"


def one_session(step: Step) -> Faults:
    """Every other one has ended."""
    yield from expect("sessions", step.after and len(step.after["sessions"]), 1)
