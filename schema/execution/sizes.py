"""What fields cost and how long lists are where the document does not say.

A point is two microseconds of CPU in the middle and six at most, for a document that comes for the first time.

A test finds every list of the schema that has no size here.
"""

from services.roles import MOST_ROLES
from services.sessions import MOST_SESSIONS

FIELD = 1
"""Points of a field that only reads what is there."""

FIELDS = {"User.avatarUrl": 10}
"""Of fields that may be refused for every row, each with an error of its own."""

OBJECT = 2
ROWS = {"AuditEvent": 60, "Role": 3, "Session": 10, "User": 20}
"""Points of an object, with what it takes to fetch the row behind it."""

STATEMENT = 250
"""Points of asking the database once."""

STATEMENTS = {
    "Query.viewer": 1,
    "Query.node": 1,
    "Query.user": 1,
    "Query.users": 2,
    "Query.roles": 1,
    "Query.auditEvents": 1,
    "User.history": 3,
    "User.sessions": 1,
    "UserConnection.totalCount": 1,
    "UserFacets.alerts": 6,
    "UserFacets.mfaEnabled": 1,
    "UserFacets.mfaNotEnabled": 1,
    "UserFacets.roles": 2,
    "UserFacets.status": 1,
}
"""How many statements a field sends; a mutation: MUTATION."""

FILTERED = {"Query.users": 2}
"""With a filter, everything but the rows costs so many times as much: conditions are most of a statement's work, in
every total and facet again, and once more where a compiled query turns out odd.
"""

MUTATION = 5

PAYLOADS = (
    "AcknowledgedPayload",
    "DeleteRolePayload",
    "DeleteUserPayload",
    "MfaConfirmationPayload",
    "MfaEnrollmentPayload",
    "MutationPayload",
    "PlatformPayload",
    "RecoveryCodesPayload",
    "RolePayload",
    "SignInPayload",
    "UserPayload",
)

INTROSPECTED = 2
"""Points of a field of an introspection: graphql-core executes those, at four to ten microseconds each."""

PAGES = ("nodes", "edges")
"""Lists of a connection, as long as its page."""

LISTS = {
    **{f"{payload}.errors": 3 for payload in PAYLOADS},
    "AuditEvent.changes": 5,
    "MfaConfirmationPayload.recoveryCodes": 10,
    "MfaStatus.methods": 1,
    "MutationError.field": 2,
    "Query.roles": MOST_ROLES,
    "RecoveryCodesPayload.recoveryCodes": 10,
    "Role.permissions": 10,
    "User.alerts": 6,
    "User.sessions": MOST_SESSIONS,
    "User.viewerActions": 11,
    "UserFacets.alerts": 6,
    "UserFacets.roles": MOST_ROLES,
    "UserFacets.status": 3,
}
"""Those of an introspection are counted: see `lists_of_types`."""
