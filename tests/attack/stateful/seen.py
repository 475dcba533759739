"""What can be seen of a platform at one moment, by somebody who sees everything."""

from dataclasses import dataclass
from typing import Any

from models.role import ADMINISTERS

Found = dict[str, Any]

LOOK = """query Look($id: ID!) {
  user(id: $id) {
    id email firstName lastName phoneNumber timezone version status disabledAt disabledReason
    role { id } lockout { failedAttempts } mfa { enabled } codes: mfa { recoveryCodesLeft }
    password { isSet changedAt } expiry: password { expired } invitation { expired timesSent } sessions { id }
  }
  node(id: $id) { id }
  users(first: 100) { totalCount nodes { id version status role { id } } }
  roles { id name description permissions builtIn }
  platform { id name timezone securityPolicy { lockoutThreshold lockoutMinutes passwordMinLength passwordMaxAgeDays
    mfaRequired invitationHours sessionIdleMinutes sessionHours dormantAfterDays } }
}"""


@dataclass(frozen=True)
class Seen:
    """`user`: whom a step is about; None: nobody. The rest is everybody, and by ids."""

    user: Found | None
    people: dict[str, Found]
    roles: dict[str, Found]
    platform: Found

    @classmethod
    def of(cls, answer: Found, *, about: bool) -> "Seen":
        """`about`: whether the answer to LOOK was about somebody."""
        assert (answer["user"] is None) == (answer["node"] is None), "`user` and `node` disagree"
        users, roles = answer["users"], answer["roles"]
        assert users["totalCount"] == len(users["nodes"]), f"{len(users['nodes'])} of {users['totalCount']} are shown"
        people = {user["id"]: user for user in users["nodes"]}
        by_id = {role["id"]: role for role in roles}
        return cls(answer["user"] if about else None, people, by_id, answer["platform"])

    @property
    def policy(self) -> Found:
        policy: Found = self.platform["securityPolicy"]
        return policy

    def permissions_of(self, id: str) -> frozenset[str]:
        return frozenset(self.roles[self.people[id]["role"]["id"]]["permissions"])

    def administers(self, id: str) -> bool:
        """Whether this is one of those of whom a platform keeps one."""
        return self.people[id]["status"] == "ACTIVE" and self.permissions_of(id) >= ADMINISTERS

    def others(self) -> dict[str, Found]:
        """Everybody but whom the step is about."""
        return {id: person for id, person in self.people.items() if self.user is None or id != self.user["id"]}
