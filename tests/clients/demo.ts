/** The server that `make clients` started, with its demo users. */
import assert from "node:assert/strict";

export const url = required("URL");
export const credentials = { email: required("EMAIL"), password: required("PASSWORD") };
export const PAGE = 20;

interface User {
  id: string;
  status: string;
  viewerActions: readonly { action: string; allowed: boolean; applicable: boolean }[];
}

/** The id of an active user whom the administrator may edit and disable. */
export function somebody(users: readonly User[] = []): string {
  const may = (user: User, wanted: string) =>
    user.viewerActions.some((it) => it.action === wanted && it.allowed && it.applicable);
  const user = users.find((user) => user.status === "ACTIVE" && may(user, "EDIT") && may(user, "DISABLE"));
  assert.ok(user, "nobody on this page can be edited and disabled");
  return user.id;
}

/** How many there are. Asserts that none is there twice. */
export function unique(ids: string[] = []): number {
  assert.equal(new Set(ids).size, ids.length);
  return ids.length;
}

function required(name: string): string {
  const value = process.env[`ROLLCALL_CLIENTS_${name}`];
  if (!value) throw new Error(`ROLLCALL_CLIENTS_${name} is not set: start the tests with \`make clients\`.`);
  return value;
}
