/** Every operation of the guide, in caches that hold them all at once: none may take from another what it shows. */
import assert from "node:assert/strict";
import test from "node:test";
import { ApolloClient, HttpLink } from "@apollo/client";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { type DocumentNode, Kind, type OperationDefinitionNode, OperationTypeNode } from "graphql";
import { apolloCache } from "./app/src/apollo";
import * as guide from "./app/src/graphql";
import { urqlClient } from "./app/src/urql";
import { imaginedFetch, variablesFor } from "./imagined";
import { complaints, Wire } from "./wire";

type Known = TypedDocumentNode<unknown, Record<string, unknown>>;

const documents = Object.values(guide as Record<string, DocumentNode>).filter(({ kind }) => kind === Kind.DOCUMENT);
const queries = operations(OperationTypeNode.QUERY);
const forward = operations(OperationTypeNode.MUTATION);
const mutations = [...forward, ...forward.toReversed()];
const names = [...queries, ...mutations].map(({ name }) => name);

function operations(kind: OperationTypeNode) {
  const definition = (document: DocumentNode) => document.definitions[0] as OperationDefinitionNode;
  return documents
    .filter((document) => definition(document).operation === kind)
    .map((document) => ({
      document: document as Known,
      variables: variablesFor(definition(document)),
      name: definition(document).name?.value,
    }));
}

test("the guide has queries and mutations", () => {
  assert.ok(queries.length > 5 && forward.length > 10);
});

test("Apollo: after every mutation every query is still complete in the cache", async () => {
  const wire = new Wire(imaginedFetch);
  const link = new HttpLink({ uri: "http://imagined", fetch: wire.fetch });
  const client = new ApolloClient({ cache: apolloCache(), link });
  const heard = await complaints(async () => {
    const ask = async () => {
      for (const { document: query, variables } of queries) await client.query({ query, variables });
    };
    await ask();
    for (const { document: mutation, variables } of mutations) {
      await client.mutate({ mutation, variables });
      await ask();
    }
  });
  assert.deepEqual(heard, []);
  assert.deepEqual(wire.sent, names);
});

test("Graphcache: after every mutation every query is still complete in the cache", async () => {
  const wire = new Wire(imaginedFetch);
  const client = urqlClient({ url: "http://imagined", fetch: wire.fetch });
  const heard = await complaints(async () => {
    const ask = async () => {
      for (const { document, variables } of queries) await client.query(document, variables);
    };
    await ask();
    for (const { document, variables } of mutations) {
      await client.mutation(document, variables);
      await ask();
    }
  });
  assert.deepEqual(heard, []);
  assert.deepEqual(wire.sent, names);
});
