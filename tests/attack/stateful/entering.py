"""What is promised of signing in: nobody gets past a step, nobody barred gets in, and what serves once is spent."""

from tests.attack.stateful.expecting import Faults, expect, one_session
from tests.attack.stateful.model import Model, Step


def let_in(step: Step, model: Model) -> Faults:
    """The next step that is due, or the session where none is; and to nobody who is barred."""
    session, challenge = step.payload["session"], step.payload["challenge"]
    yield from expect("a session and a challenge", (session is None) != (challenge is None), True)
    yield from _not_barred(step)
    if step.before is not None:
        yield from expect("the next step", challenge and challenge["kind"], _next_step(step, step.before))
    if session is not None:
        yield from _right_session(step)
    yield from expect("a code that has served", (step.subject, step.input.get("code")) in model.codes, False)


def _next_step(step: Step, before: dict[str, dict[str, bool]]) -> str | None:
    """The kind of challenge; None: the session. Whoever answers one has passed those before it."""
    name, guarded = step.question.name, before["mfa"]["enabled"]
    if guarded and name in ("signIn", "acceptInvitation"):
        return "MFA_CODE"
    if before["expiry"]["expired"] and name in ("signIn", "verifyMfa"):
        return "PASSWORD_CHANGE"
    return "MFA_ENROLLMENT" if step.earlier.policy["mfaRequired"] and not guarded else None


def _not_barred(step: Step) -> Faults:
    """A link that came by mail lifts a lock."""
    if step.subject is None or step.before is None:
        yield "somebody was let in whom nobody knows"
    elif step.before["status"] == "INACTIVE":
        yield "a disabled user was let in"
    elif step.before["lockout"] and "token" not in step.input:
        yield "a locked user was let in"


def _right_session(step: Step) -> Faults:
    yield from expect("whose session", step.payload["session"]["user"]["id"], step.subject)
    yield from expect("status", step.after and step.after["status"], "ACTIVE")


def signed_in(step: Step, model: Model) -> Faults:
    yield from let_in(step, model)
    if step.subject in model.people:
        yield from expect("the password that was taken", step.input["password"], model.people[step.subject].password)


def kept_out(step: Step, model: Model) -> Faults:
    """Who is active, not locked and right is not."""
    if step.before is None or step.subject is None:
        return
    right = step.input["password"] == model.people[step.subject].password
    may = step.before["status"] == "ACTIVE" and not step.before["lockout"]
    if right and may and step.codes != ["RATE_LIMITED"]:
        yield f"who is right was kept out: {step.codes}"


def enrolled(step: Step, model: Model) -> Faults:
    """Where a challenge was answered, that was the last step."""
    yield from expect("codes", len(step.payload["recoveryCodes"]), 10)
    yield from expect("mfa", step.after and step.after["mfa"], {"enabled": True})
    yield from expect("codes left", step.after and step.after["codes"], {"recoveryCodesLeft": 10})
    yield from expect("a session", step.payload["session"] is not None, bool(step.secret))
    yield from one_session(step)
    if step.secret:
        yield from _not_barred(step)
        yield from _right_session(step)


def of_a_live_secret(step: Step, model: Model) -> Faults:
    """Which was given away for this, and neither used, replaced nor ended since."""
    secret = model.secrets.get(step.secret)
    [name] = {"token", "challengeToken"} & step.input.keys()
    if secret is None:
        yield "a link or a challenge served that nobody was given"
        return
    yield from expect("what it is for", secret.kind, step.question.secrets[name])
    yield from expect("why it is dead", secret.dead, "")
