"""Reading the trail as a client does."""

from typing import Any

from tests.world import Answer, Client

EVENTS = """
query ($filter: AuditEventFilter, $first: Int, $after: String) {
  auditEvents(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id } }
    nodes {
      id at type actor { id } actorName target { id } targetId changes { field before after } ipAddress requestId
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
HISTORY = """
query ($id: ID!, $first: Int, $after: String) {
  user(id: $id) { history(first: $first, after: $after) {
    nodes { type actorName ipAddress } pageInfo { hasNextPage endCursor }
  } }
}
"""


async def events(ask: Client, **variables: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await ask(EVENTS, **variables)).data["auditEvents"]["nodes"]
    return nodes


async def types(ask: Client, **variables: Any) -> list[str]:
    return [event["type"] for event in await events(ask, **variables)]


async def sent(ask: Client, mutation: str) -> Answer:
    """Sends `name(input: {...})` and expects no top-level error."""
    answer = await ask(f"mutation {{ {mutation} {{ errors {{ code message field }} }} }}")
    assert answer.codes == []
    return answer


async def refused(ask: Client, mutation: str) -> list[str]:
    ((payload,),) = [(await sent(ask, mutation)).data.values()]
    return [error["code"] for error in payload["errors"]]
