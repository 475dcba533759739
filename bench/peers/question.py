"""The question that all servers are asked, and what in their answers must be the same."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

NODE = """
        id
        email
        firstName
        lastName
        fullName
        phoneNumber
        timezone
        status
        lastLoginAt
        disabledAt
        createdAt
        updatedAt
        version
        role { id name }
        mfa { enabled }
        alerts { type message }
"""
ANSWER = f"""{{
    edges {{
      cursor
      node {{{NODE}      }}
    }}
    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
  }}
"""
DOCUMENT = f"""query Users($first: Int!, $status: [UserStatus!]) {{
  users(first: $first, filter: {{ status: $status }}) {ANSWER}}}
"""
ROW_IDS = ANSWER.replace("        id\n", "        id: rowId\n").replace("role { id", "role: roleByRoleId { id: rowId")
POSTGRAPHILE = f"""query Users($first: Int!, $platform: UUID!, $status: [String!]) {{
  users: allUsers(
    first: $first
    condition: {{ platformId: $platform, status: $status }}
    orderBy: [LAST_NAME_KEY_ASC, FIRST_NAME_KEY_ASC, ROW_ID_ASC]
  ) {ROW_IDS}}}
"""

Fact = tuple[Any, ...]


@dataclass(frozen=True)
class Question:
    """A document in the words of one server's schema, and how it writes a user's id."""

    document: str = DOCUMENT
    id_of: Callable[[str], UUID] = lambda text: UUID(
        hex=base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")[2]
    )

    def body(self, first: int, platform: str) -> bytes:
        variables: dict[str, Any] = {"first": first, "status": ["ACTIVE"]}
        if "$platform" in self.document:
            variables["platform"] = platform
        return orjson.dumps({"query": self.document, "variables": variables})

    def facts(self, answer: dict[str, Any]) -> list[Fact]:
        """What must be equal whoever answers: who is on the page, in which order, and what is said of them."""
        assert "errors" not in answer, answer["errors"]
        page = answer["data"]["users"]
        return [
            (page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]),
            *[self._fact(edge["node"]) for edge in page["edges"]],
        ]

    def _fact(self, node: dict[str, Any]) -> Fact:
        plain = ("email", "firstName", "lastName", "fullName", "phoneNumber", "timezone", "status", "version")
        return (
            self.id_of(node["id"]),
            *[node[name] for name in plain],
            node["role"]["name"],
            node["mfa"]["enabled"],
            *[(alert["type"], alert["message"]) for alert in node["alerts"]],
        )
