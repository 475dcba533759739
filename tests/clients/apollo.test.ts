/** The users page in Apollo Client, against a live server. */
import assert from "node:assert/strict";
import test from "node:test";
import { ApolloClient, HttpLink, type ObservableQuery, type OperationVariables } from "@apollo/client";
import { apolloCache } from "./app/src/apollo";
import * as guide from "./app/src/graphql";
import { saveUser } from "./app/src/saveUser";
import { credentials, PAGE, somebody, unique, url } from "./demo";
import { complaints, Wire } from "./wire";

async function signedIn() {
  const wire = new Wire();
  const client = new ApolloClient({ cache: apolloCache(), link: new HttpLink({ uri: url, fetch: wire.fetch }) });
  const { data } = await client.mutate({ mutation: guide.SignInDocument, variables: { input: credentials } });
  wire.signedIn(data?.signIn.session);
  return { client, wire };
}

/** What a component shows as soon as it is as wanted; it goes on watching. */
function shown<Data, Given extends OperationVariables>(
  query: ObservableQuery<Data, Given>,
  wanted: (data: Data) => boolean = () => true,
): Promise<Data> {
  return new Promise((resolve) =>
    query.subscribe(({ data, dataState }) => {
      if (dataState === "complete" && wanted(data as Data)) resolve(data as Data);
    }),
  );
}

test("fetchMore adds page after page until every user is there once", async () => {
  const { client, wire } = await signedIn();
  const heard = await complaints(async () => {
    const query = client.watchQuery({ query: guide.EndlessListDocument, variables: { first: PAGE } });
    let { users } = await shown(query);
    while (users.pageInfo.hasNextPage) {
      const { length } = users.edges;
      await query.fetchMore({ variables: { after: users.pageInfo.endCursor } });
      ({ users } = await shown(query, (data) => data.users.edges.length > length));
    }
    const { data } = await client.query({ query: guide.UsersPageDocument, variables: { first: 1 } });
    assert.equal(unique(users.edges.map(({ node }) => node.id)), data?.users.totalCount);
  });
  assert.deepEqual(heard, []);
  assert.ok(wire.sent.filter((name) => name === "EndlessList").length > 2);
});

test("numbered pages stay apart", async () => {
  const { client, wire } = await signedIn();
  const page = async (offset: number) => {
    const variables = { first: PAGE, offset };
    const { data } = await client.query({ query: guide.NumberedPageDocument, variables });
    return data?.users.nodes.map(({ id }) => id) ?? [];
  };
  const pages = [await page(0), await page(PAGE)];
  assert.equal(unique(pages.flat()), 2 * PAGE);
  assert.deepEqual([await page(0), await page(PAGE)], pages);
  assert.deepEqual(wire.sent, ["NumberedPage", "NumberedPage"]);
});

test("what mutations return is shown in every list, without another query", async () => {
  const { client, wire } = await signedIn();
  const heard = await complaints(async () => {
    const page = client.watchQuery({ query: guide.UsersPageDocument, variables: { first: PAGE } });
    const list = client.watchQuery({ query: guide.EndlessListDocument, variables: { first: PAGE } });
    const id = somebody((await shown(page)).users.nodes);
    await shown(list);
    await client.mutate({ mutation: guide.EditUserDocument, variables: { input: { id, firstName: "Apollonia" } } });
    await client.mutate({ mutation: guide.DisableDocument, variables: { input: { id } } });
    const renamed = "Apollonia";
    await shown(page, ({ users: { nodes } }) =>
      nodes.some((user) => user.id === id && user.status === "INACTIVE" && user.fullName.startsWith(renamed)),
    );
    await shown(list, ({ users: { edges } }) =>
      edges.some(({ node }) => node.id === id && node.fullName.startsWith(renamed)),
    );
  });
  assert.deepEqual(heard, []);
  assert.deepEqual(wire.sent, ["UsersPage", "EndlessList", "EditUser", "Disable"]);
});

test("an edit is shown before its answer, and is taken back when the server refuses it", async () => {
  const { client, wire } = await signedIn();
  const heard = await complaints(async () => {
    const page = client.watchQuery({ query: guide.UsersPageDocument, variables: { first: PAGE } });
    const { nodes } = (await shown(page)).users;
    const id = somebody(nodes);
    const before = nodes.find((user) => user.id === id)?.fullName;
    const isCalled = (wanted: string | undefined) => (data: guide.UsersPageQuery) =>
      data.users.nodes.some((user) => user.id === id && user.fullName === wanted);
    const { data } = await client.query({ query: guide.EditUserFormDocument, variables: { id } });
    const form = data?.user;
    assert.ok(form);

    let deliver = wire.hold();
    const refused = saveUser(client, form, { firstName: "x".repeat(500) });
    await shown(page, isCalled(`${"x".repeat(500)} ${form.lastName}`));
    deliver();
    assert.deepEqual((await refused).map(({ code }) => code), ["INVALID"]);
    await shown(page, isCalled(before));

    deliver = wire.hold();
    const saved = saveUser(client, form, { firstName: "Optima" });
    await shown(page, isCalled(`Optima ${form.lastName}`));
    deliver();
    assert.deepEqual(await saved, []);
    await shown(page, isCalled(`Optima ${form.lastName}`));

    deliver = wire.hold();
    const late = saveUser(client, form, { lastName: "Tardy" });
    await shown(page, isCalled(`${form.firstName} Tardy`));
    deliver();
    assert.deepEqual((await late).map(({ code }) => code), ["STALE_VERSION"]);
    await shown(page, isCalled(`Optima ${form.lastName}`));

    wire.signedOut();
    Object.assign(client.defaultOptions, { mutate: { errorPolicy: "all" } });
    await assert.rejects(saveUser(client, form, { firstName: "Nobody" }), /sign/i);
    await shown(page, isCalled(`Optima ${form.lastName}`));
  });
  assert.deepEqual(heard, []);
});
