/** The endless list in Relay and React, in a document without a browser, against a live server. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import test from "node:test";
import { Window } from "happy-dom";
import { createElement, Suspense, useEffect } from "react";
import { createRoot, type Root } from "react-dom/client";
import { RelayEnvironmentProvider, useLazyLoadQuery, usePaginationFragment } from "react-relay";
import * as relay from "relay-runtime";
import fragment, { type UserList_query$key } from "./app/src/__generated__/UserList_query.graphql";
import type { UserListPaginationQuery } from "./app/src/__generated__/UserListPaginationQuery.graphql";
import listQuery, { type UserListQuery } from "./app/src/__generated__/UserListQuery.graphql";
import disable, { type Disable } from "./app/src/relay/__generated__/Disable.graphql";
import editUserForm, { type EditUserForm } from "./app/src/relay/__generated__/EditUserForm.graphql";
import editUser, { type EditUser } from "./app/src/relay/__generated__/EditUser.graphql";
import signIn, { type SignIn } from "./app/src/relay/__generated__/SignIn.graphql";
import usersPage, { type UsersPage } from "./app/src/relay/__generated__/UsersPage.graphql";
import { credentials, PAGE, somebody, unique, url } from "./demo";
import { complaints, Wire } from "./wire";

const renders = new EventEmitter();
const window = new Window();
Object.assign(globalThis, { window, document: window.document });
let root: Root | undefined;

function useList() {
  const root = useLazyLoadQuery<UserListQuery>(listQuery, { first: PAGE });
  return usePaginationFragment<UserListPaginationQuery, UserList_query$key>(fragment, root);
}

type List = ReturnType<typeof useList>;

function UserList() {
  const list = useList();
  useEffect(() => void renders.emit("list", list));
  const row = ({ node }: (typeof list.data.users.edges)[number]) =>
    createElement("li", { key: node.id, id: node.id }, `${node.fullName} ${node.status}`);
  return createElement("ul", null, list.data.users.edges.map(row));
}

/** The list at the next rendering at which it is as wanted. */
function rendered(wanted: (list: List) => boolean): Promise<List> {
  return new Promise((resolve) => {
    const look = (list: List) => {
      if (!wanted(list)) return;
      renders.off("list", look);
      resolve(list);
    };
    renders.on("list", look);
  });
}

async function signedIn() {
  const wire = new Wire();
  const network = relay.Network.create(async ({ text, name }, variables) => {
    const body = JSON.stringify({ query: text, operationName: name, variables });
    const response = await wire.fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    return response.json();
  });
  const environment = new relay.Environment({ network, store: new relay.Store(new relay.RecordSource()) });
  wire.signedIn((await mutate<SignIn>(environment, signIn, { input: credentials })).signIn.session);
  return { environment, wire };
}

function mutate<Mutation extends relay.MutationParameters>(
  environment: relay.Environment,
  mutation: relay.GraphQLTaggedNode,
  variables: Mutation["variables"],
  guess?: object, // its type needs `@raw_response_type` on the mutation
): Promise<Mutation["response"]> {
  return new Promise((onCompleted, onError) =>
    relay.commitMutation<Mutation>(environment, {
      ...{ mutation, variables, onCompleted, onError },
      optimisticResponse: guess as never,
    }),
  );
}

async function opened(environment: relay.Environment): Promise<List> {
  root?.unmount();
  root = createRoot(document.body.appendChild(document.createElement("main")));
  const children = createElement(Suspense, null, createElement(UserList));
  root.render(createElement(RelayEnvironmentProvider, { environment, children }));
  return rendered(() => true);
}

const rows = () => [...document.querySelectorAll("li")];

test("loadNext adds page after page until every user is there once", async () => {
  const { environment, wire } = await signedIn();
  const heard = await complaints(async () => {
    let list = await opened(environment);
    while (list.hasNext) {
      const { length } = rows();
      list.loadNext(PAGE);
      list = await rendered(({ isLoadingNext }) => rows().length > length && !isLoadingNext);
    }
    const page = await relay.fetchQuery<UsersPage>(environment, usersPage, {}).toPromise();
    assert.equal(unique(rows().map(({ id }) => id)), page?.users.totalCount);
  });
  assert.deepEqual(heard, []);
  assert.ok(wire.sent.filter((name) => name === "UserListPaginationQuery").length > 2);
});

test("what mutations return is shown in the list, without another query", async () => {
  const { environment, wire } = await signedIn();
  const heard = await complaints(async () => {
    await opened(environment);
    const page = await relay.fetchQuery<UsersPage>(environment, usersPage, { first: PAGE }).toPromise();
    const id = somebody(page?.users.nodes);
    const shown = () => rows().find((row) => row.id === id)?.textContent ?? "";
    const changed = rendered(() => shown().endsWith("INACTIVE"));
    await mutate<EditUser>(environment, editUser, { input: { id, firstName: "Relana" } });
    await mutate<Disable>(environment, disable, { input: { id } });
    await changed;
    assert.match(shown(), /^Relana /);
  });
  assert.deepEqual(heard, []);
  assert.deepEqual(wire.sent, ["UserListQuery", "UsersPage", "EditUser", "Disable"]);
});

test("an edit is shown before its answer, and is taken back when the server refuses it", async () => {
  const { environment, wire } = await signedIn();
  const heard = await complaints(async () => {
    await opened(environment);
    const page = await relay.fetchQuery<UsersPage>(environment, usersPage, { first: PAGE }).toPromise();
    const id = somebody(page?.users.nodes);
    const asked = await relay.fetchQuery<EditUserForm>(environment, editUserForm, { id }).toPromise();
    const form = asked?.user;
    assert.ok(form);
    const shown = () => rows().find((row) => row.id === id)?.textContent ?? "";
    const before = shown();
    const save = (firstName: string) => {
      const user = { ...form, firstName, fullName: `${firstName} ${form.lastName}` };
      const input = { id, firstName };
      return mutate<EditUser>(environment, editUser, { input }, { editUser: { user, errors: [] } });
    };

    let deliver = wire.hold();
    let guessed = rendered(() => shown().startsWith("xxx"));
    const refused = save("x".repeat(500));
    await guessed;
    const back = rendered(() => shown() === before);
    deliver();
    assert.deepEqual((await refused).editUser.errors.map(({ code }) => code), ["INVALID"]);
    await back;

    deliver = wire.hold();
    guessed = rendered(() => shown().startsWith(`Optima ${form.lastName}`));
    const saved = save("Optima");
    await guessed;
    deliver();
    assert.deepEqual((await saved).editUser.errors, []);
    assert.match(shown(), /^Optima /);
  });
  assert.deepEqual(heard, []);
});
