"""Speaks GraphQL over HTTP with a server, as whoever holds a token."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

GRAPHQL_JSON = "application/graphql-response+json"


@dataclass(frozen=True)
class Reply:
    status: int
    media_type: str
    body: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        return self.body.get("data") or {}

    @property
    def codes(self) -> set[str]:
        return {error["extensions"]["code"] for error in self.body.get("errors", ())}

    @property
    def faults(self) -> Iterator[str]:
        """What no request may lead to; 400 says that nothing was executed (GraphQL over HTTP, 6.4.2)."""
        if self.status not in (200, 400):
            yield f"status {self.status}: {self.body}"
        elif (self.status == 400) == ("data" in self.body):
            yield f"status {self.status} with {list(self.body)}"
        if self.media_type.partition(";")[0] != GRAPHQL_JSON:
            yield f"the media type {self.media_type}"


@dataclass(frozen=True)
class Talking:
    """`http` has the server's address."""

    http: httpx2.AsyncClient

    async def ask(self, source: str, variables: dict[str, Any], token: str | None) -> Reply:
        headers = {"Content-Type": "application/json", "Accept": GRAPHQL_JSON}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps({"query": source, "variables": variables}).encode()
        response = await self.http.post("/graphql", content=body, headers=headers)
        return Reply(response.status_code, response.headers.get("Content-Type", ""), response.json())

    async def read(
        self, source: str, token: str | None, *, hiding: Collection[str] = (), **variables: Any
    ) -> dict[str, Any]:
        """The data of a query of the walk's own. Asserts that there are no errors but of the codes that hide it."""
        reply = await self.ask(source, variables, token)
        assert list(reply.faults) == [] and reply.codes <= {*hiding}, f"{source} {variables}: {reply}"
        return reply.data
