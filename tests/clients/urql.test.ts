/** The users page in urql with Graphcache, against a live server. */
import assert from "node:assert/strict";
import test from "node:test";
import type { OperationResult, OperationResultSource } from "@urql/core";
import * as guide from "./app/src/graphql";
import { urqlClient } from "./app/src/urql";
import { credentials, PAGE, somebody, unique, url } from "./demo";
import { complaints, Wire } from "./wire";

async function signedIn() {
  const wire = new Wire();
  const client = urqlClient({ url, fetch: wire.fetch });
  const { data } = await client.mutation(guide.SignInDocument, { input: credentials });
  wire.signedIn(data?.signIn.session);
  return { client, wire };
}

/** What a component shows: it goes on watching. */
function watched<Data>(query: OperationResultSource<OperationResult<Data>>) {
  const shown: { latest?: Data; first?: Promise<Data | undefined> } = {};
  shown.first = new Promise((resolve) => query.subscribe(({ data }) => resolve((shown.latest = data))));
  return shown;
}

test("page after page is added until every user is there once", async () => {
  const { client, wire } = await signedIn();
  const heard = await complaints(async () => {
    let users: guide.EndlessListQuery["users"] | undefined;
    do {
      const after = users?.pageInfo.endCursor;
      const { data, error } = await client.query(guide.EndlessListDocument, { first: PAGE, after });
      assert.equal(error, undefined);
      users = data?.users;
    } while (users?.pageInfo.hasNextPage);
    const { data } = await client.query(guide.UsersPageDocument, {});
    assert.equal(unique(users?.edges.map(({ node }) => node.id)), data?.users.totalCount);
  });
  assert.deepEqual(heard, []);
  assert.ok(wire.sent.length > 4);
});

test("what mutations return is shown in every list, without another query", async () => {
  const { client, wire } = await signedIn();
  const heard = await complaints(async () => {
    const page = watched(client.query(guide.UsersPageDocument, { first: PAGE }));
    const list = watched(client.query(guide.EndlessListDocument, { first: PAGE }));
    const id = somebody((await page.first)?.users.nodes);
    await list.first;
    await client.mutation(guide.EditUserDocument, { input: { id, firstName: "Ursula" } });
    await client.mutation(guide.DisableDocument, { input: { id } });
    const user = page.latest?.users.nodes.find((node) => node.id === id);
    assert.deepEqual([user?.fullName.split(" ")[0], user?.status], ["Ursula", "INACTIVE"]);
    assert.equal(list.latest?.users.edges.find(({ node }) => node.id === id)?.node.fullName, user?.fullName);
  });
  assert.deepEqual(heard, []);
  assert.deepEqual(wire.sent, ["UsersPage", "EndlessList", "EditUser", "Disable"]);
});

test("an edit is shown before its answer, and is taken back when the server refuses it", async () => {
  const { client, wire } = await signedIn();
  const heard = await complaints(async () => {
    const page = watched(client.query(guide.UsersPageDocument, { first: PAGE }));
    const id = somebody((await page.first)?.users.nodes);
    const name = () => page.latest?.users.nodes.find((node) => node.id === id)?.fullName;
    const shows = async (wanted: string | undefined) => {
      while (name() !== wanted) await new Promise(setImmediate);
    };
    const form = (await client.query(guide.EditUserFormDocument, { id })).data?.user;
    assert.ok(form);
    const before = name();

    let deliver = wire.hold();
    const refused = client.mutation(guide.EditUserDocument, { input: { id, firstName: "x".repeat(500) } }).toPromise();
    await shows(`${"x".repeat(500)} ${form.lastName}`);
    deliver();
    assert.deepEqual((await refused).data?.editUser.errors.map(({ code }) => code), ["INVALID"]);
    await shows(before);

    deliver = wire.hold();
    const saved = client.mutation(guide.EditUserDocument, { input: { id, firstName: "Optima" } }).toPromise();
    await shows(`Optima ${form.lastName}`);
    deliver();
    assert.deepEqual((await saved).data?.editUser.errors, []);
    await shows(`Optima ${form.lastName}`);
  });
  assert.deepEqual(heard, []);
});
